"""Operations and resources: what an action shows and sends."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from bitrix_node.definitions.models.parameters import Parameter, by_path
from bitrix_node.definitions.models.requests import Answer, RefusedUse, Request, Source
from bitrix_node.definitions.models.vocabulary import VocabularyModel

if TYPE_CHECKING:
    from collections.abc import Iterator


_NEVER_NEUTRAL = {"collection", "notice", "hidden"}


class Operation(VocabularyModel):
    """One action: its texts, its panel and its requests.

    `requests` are alternatives (the first whose condition holds is sent); `steps` are all sent, in order, as far as
    their conditions hold. An operation has one or the other, or `refuses` and neither.
    """

    operation: str
    name: str
    action: str
    description: str
    options_parameter: str = "options"
    parameters: tuple[Parameter, ...] = ()
    requests: tuple[Request, ...] = ()
    steps: tuple[Request, ...] = ()
    answer: Answer | None = None
    refuses: str | None = None
    refusals: tuple[RefusedUse, ...] = ()
    application_only: bool = False
    keeps_going: bool = False
    in_turn_by: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()

    @property
    def calls(self) -> tuple[Request, ...]:
        """Every request the action can send."""
        return self.requests or self.steps

    @cached_property
    def methods(self) -> tuple[str, ...]:
        """The methods that its requests call, in small letters; without those that parameters name."""
        return tuple(request.method.lower() for request in self.calls if isinstance(request.method, str))

    @property
    def handler(self) -> str:
        """The handler's name, as listings show it."""
        if self.refuses:
            return "refuse"
        return "steps" if self.steps else self.requests[0].handler

    @cached_property
    def parameters_by_path(self) -> dict[str, Parameter]:
        """Every parameter by its path: top-level ones by name, members of collections by `collection.member`."""
        return by_path(self.parameters)

    @cached_property
    def takes_files(self) -> bool:
        """Whether a parameter names a binary field of the item."""
        return any(parameter.use == "inputDataField" for parameter in self._all_parameters())

    @cached_property
    def neutral(self) -> frozenset[str]:
        """The parameters that decide nothing: whatever value they have, the same requests are sent in the same way."""
        deciding = {path for parameter in self._all_parameters() for path in parameter.show or ()}
        deciding |= {path for refusal in self.refusals for condition in refusal.when for path in condition}
        deciding |= self.answer.parameters if self.answer else frozenset()
        for request in self.calls:
            deciding |= request.answer.parameters | {path for condition in request.when for path in condition}
            deciding |= request.method.parameters if isinstance(request.method, Source) else frozenset()
        whole = (parameter for parameter in self.parameters if parameter.type not in _NEVER_NEUTRAL)
        free = {entry.name for entry in whole if not (entry.show or entry.use or entry.refuses)}
        return frozenset(free - deciding)

    def _all_parameters(self) -> Iterator[Parameter]:
        for parameter in self.parameters:
            yield parameter
            yield from parameter.members
            for group in parameter.groups:
                yield from group.members

    @cached_property
    def paths_by_use(self) -> dict[str, str]:
        """The path of the parameter that has each use; the first where several have it."""
        used = {parameter.use: path for path, parameter in reversed(self.parameters_by_path.items()) if parameter.use}
        return {str(use): path for use, path in used.items()}

    def parameter(self, name: str) -> Parameter | None:
        """The top-level parameter with this name, if there is one."""
        return next((parameter for parameter in self.parameters if parameter.name == name), None)


class Resource(VocabularyModel):
    """One resource with its operations, in the order of the panel."""

    resource: str
    name: str
    description: str
    scopes: tuple[str, ...]
    operations: tuple[Operation, ...]
