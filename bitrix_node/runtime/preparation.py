"""What is known of items before anything is sent: their parameters, checked, and the requests that they lead to.

Most runs repeat one action with another id or another text for each item. Where an item differs from the one before
only in parameters that decide nothing, everything that was read and found in order there holds for it as well.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from bitrix_node.handlers import Choices, Prepared, check_credential, check_required, check_use, check_values, plan
from bitrix_node.parameters import read_values
from bitrix_node.parameters.reading import AlikeReader
from bitrix_node.parameters.recipe import Recipe

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bitrix_node.credentials import Endpoint
    from bitrix_node.definitions import Operation


@dataclass(slots=True)
class ItemInput:
    """One input item of a run.

    Attributes:
        index: its place in the input.
        parameters: parameter name -> value, expressions already evaluated; or the exception that evaluating raised.
        binary: its binary fields.
    """

    index: int
    parameters: Mapping[str, Any] | Exception
    binary: Mapping[str, Any] = field(default_factory=dict)


class _Leader(NamedTuple):
    """An item that speaks for others.

    Attributes:
        raw: its parameters as they came.
        prepared: the item.
        reader: reads what others have in place of it.
        recipe: builds the arguments of the only request.
    """

    raw: Mapping[str, Any]
    prepared: Prepared
    reader: AlikeReader
    recipe: Recipe


class Preparation:
    """Prepares items of one run, one after the other.

    Args:
        operation: what is to be done.
        endpoint: gives the endpoint that will be called.
        strict: whether unknown and useless parameters are refused.
    """

    def __init__(self, operation: Operation, endpoint: Callable[[], Endpoint], *, strict: bool) -> None:
        self._operation, self._endpoint, self._strict = operation, endpoint, strict
        self._leader: _Leader | None = None

    def prepare(self, item: ItemInput) -> Prepared:
        """The item's parameters and requests.

        Raises:
            ParameterError: when a parameter is missing or cannot be used.
            Refusal: when the action cannot do what the parameters ask for.
            Exception: the one that evaluating its expressions raised.
        """
        if isinstance(item.parameters, Exception):
            raise item.parameters
        prepared = self._taken_over(item.parameters)
        if prepared is not None:
            return prepared
        prepared = self._checked(item, item.parameters)
        values, request = prepared.values, prepared.requests[0]
        self._leader = None
        if len(prepared.requests) > 1 or request.catalogue or request.each:
            return prepared
        recipe = Recipe(request, values, self._operation.neutral)
        if not self._operation.takes_files:
            reader = AlikeReader(self._operation, values, strict=self._strict)
            self._leader = _Leader(item.parameters, prepared, reader, recipe)
        return prepared._replace(arguments=recipe.arguments(values))

    def _taken_over(self, raw: Mapping[str, Any]) -> Prepared | None:
        """The item as the leading one, but for what differs; `None` where that could change more than these values."""
        leader = self._leader
        if leader is None or raw.keys() != leader.raw.keys():
            return None
        other = {name: value for name, value in raw.items() if value is not leader.raw[name]}
        values = leader.reader.read(other) if other.keys() <= self._operation.neutral else None
        if values is None:
            return None
        _, requests, choices, _ = leader.prepared
        return Prepared(values, requests, choices, leader.recipe.arguments(values))

    def _checked(self, item: ItemInput, raw: Mapping[str, Any]) -> Prepared:
        values = read_values(self._operation, raw, item.binary, strict=self._strict)
        requests = plan(self._operation, values)
        check_required(values, requests)
        check_values(self._operation, values, requests)
        if self._strict:
            check_use(self._operation, values, requests)
        choices = Choices.of(values)
        if choices.token is None:
            check_credential(self._operation, self._endpoint(), values, requests)
        return Prepared(values, requests, choices)
