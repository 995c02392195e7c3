"""The cases of `tests/cases`: what is given, what has to be sent, what is answered, and what has to come of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from bitrix_node.definitions.yaml_files import read_yaml

FOLDER = Path(__file__).parent / "cases"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ExpectedCall(_Part):
    """A call that has to be sent."""

    method: str
    arguments: dict[str, Any]
    version: Literal[2, 3] = 2


class ExpectedFailure(_Part):
    """What the item has to fail with; only what is named is compared."""

    message: str | None = None
    code: str | None = None
    parameter: str | None = None

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("name at least one of message, code and parameter")
        return self


class Case(_Part):
    """One action with one item, from its parameters to its output."""

    resource: str
    case: str
    operation: str
    parameters: dict[str, Any]
    item: dict[str, Any] = Field(default_factory=dict)
    sends: list[ExpectedCall]
    answers: list[dict[str, Any]] = Field(default_factory=list)
    returns: list[dict[str, Any]] | None = None
    fails: ExpectedFailure | None = None

    @model_validator(mode="after")
    def _has_one_ending(self) -> Self:
        if (self.returns is None) == (self.fails is None):
            raise ValueError("a case either returns or fails")
        return self


def load_cases() -> list[Case]:
    """Every case of every file.

    Raises:
        ValueError: naming file and case, when one cannot be read.
    """
    return [case for path in sorted(FOLDER.glob("*.yaml")) for case in _read_file(path)]


def _read_file(path: Path) -> list[Case]:
    entries = read_yaml(path)
    cases = [_read_case(path, entry) for entry in entries]
    titles = [case.case for case in cases]
    twice = sorted({title for title in titles if titles.count(title) > 1})
    if twice:
        raise ValueError(f"{path.name}: these titles stand more than once: {', '.join(twice)}")
    return cases


def _read_case(path: Path, entry: Any) -> Case:
    try:
        return Case.model_validate({"resource": path.stem, **entry})
    except (ValidationError, TypeError) as error:
        title = entry.get("case") if isinstance(entry, dict) else entry
        raise ValueError(f"{path.name}, case {title!r}: {error}") from None
