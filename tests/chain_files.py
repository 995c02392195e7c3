"""The chains of `tests/chains`: stories on a portal of their own, told in actions and checked in the portal's state.

    - chain: A storage from its creation to its end
      credential: application           # or webhook (the default): who acts
      steps:
        - run: entity add               # an action, through the command line
          parameters: {entityCode: notes}
          keep: {storage: 0.json.id}    # paths into the output items, for later `$storage`
          returns: [{json: {id: 1}}]    # what the items hold at least, in order; `[]` for no items
        - run: entity delete
          parameters: {entityCode: $storage}
          fails: {code: NOT_FOUND}      # what the (only) item fails with; only what is named is compared
        - portal: entity.get            # a REST call of one's own
          arguments: {ENTITY: notes}
          answers: []                   # what the result holds at least; lists in order and of the same length
          has: [{ENTITY: notes}]        # or: entries that a list holds somewhere among others
          lacks: [{ENTITY: notes}]      # or: entries that it does not hold

`$name` alone stands for the kept value, `${name}` inside a text for its text. An action's input items come from `items`
(binary included), otherwise there is one empty item. `binary: {data: {text: …, fileName: …, mimeType: …}}` is compared
with the binary data of the first output item.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from bitrix_node.definitions.yaml_files import read_yaml

FOLDER = Path(__file__).parent / "chains"

Credential = Literal["webhook", "application"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ExpectedFailure(_Part):
    """What the item has to fail with."""

    message: str | None = None
    code: str | None = None


class ExpectedBinary(_Part):
    """Binary data of the first output item."""

    text: str | None = None
    starts: str | None = None
    file_name: str | None = Field(default=None, alias="fileName")
    mime_type: str | None = Field(default=None, alias="mimeType")


class ChainStep(_Part):
    """An action, or a REST call that looks at the portal."""

    run: str | None = None
    parameters: dict[str, Any] = Field(default_factory=dict)
    items: list[dict[str, Any]] = Field(default_factory=lambda: [{"json": {}}])
    keep: dict[str, str] = Field(default_factory=dict)
    returns: list[dict[str, Any]] | None = None
    count: int | None = None
    has: list[Any] = Field(default_factory=list)
    lacks: list[Any] = Field(default_factory=list)
    fails: ExpectedFailure | None = None
    binary: dict[str, ExpectedBinary] = Field(default_factory=dict)
    portal: str | None = None
    version: Literal[2, 3] = 2
    arguments: dict[str, Any] = Field(default_factory=dict)
    answers: Any = None
    credential: Credential | None = None

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        if (self.run is None) == (self.portal is None):
            raise ValueError("a step has either `run` or `portal`")
        if self.run is not None and len(self.run.split()) != len(("resource", "operation")):
            raise ValueError("`run` is a resource and an operation")
        return self

    @property
    def action(self) -> tuple[str, str]:
        """Resource and operation."""
        resource, operation = (self.run or " ").split(" ")
        return resource, operation


class Chain(_Part):
    """One story."""

    file: str
    chain: str
    credential: Credential = "webhook"
    steps: list[ChainStep]


def load_chains() -> list[Chain]:
    """Every chain of every file.

    Raises:
        ValueError: naming file and chain, when one cannot be read.
    """
    return [_read_chain(path, entry) for path in sorted(FOLDER.glob("*.yaml")) for entry in read_yaml(path)]


def _read_chain(path: Path, entry: Any) -> Chain:
    try:
        return Chain.model_validate({"file": path.stem, **entry})
    except (ValidationError, TypeError) as error:
        title = entry.get("chain") if isinstance(entry, dict) else entry
        raise ValueError(f"{path.name}, chain {title!r}: {error}") from None
