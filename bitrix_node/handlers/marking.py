"""A mark that tells the record which a call makes from all others; see `marks.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bitrix_node.parameters.paths import at_path, with_value
from bitrix_node.rest import Mark, marks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bitrix_node.definitions import Request

Json = dict[str, Any]

_NOTHING = (None, "")


@dataclass(frozen=True, slots=True)
class Marked:
    """A record that is about to be made, and its mark.

    Attributes:
        form: where the mark goes, and how the record is found by it.
        value: the mark.
        arguments: the call that makes it.
    """

    form: Mark
    value: str
    arguments: Json

    def search(self) -> Json:
        """The arguments of the list that finds the record."""
        find = self.form.find
        return with_value(_carried(find.arguments, find.carry, self.arguments), find.by, self.value)

    def reading(self, record: Any) -> Json:
        """The arguments of the call that reads the record with this id."""
        return with_value(_carried({}, self.form.read.carry, self.arguments), self.form.read.id, record)


def marked(request: Request, arguments: Json, new_mark: Callable[[], str]) -> Marked | None:
    """The call with a mark, where the record can carry one.

    Args:
        request: what is sent.
        arguments: of the call, without a mark.
        new_mark: makes one that nothing else has.

    Returns:
        `None` where it cannot, or where the caller gave the record one of its own, which may not be unique.
    """
    form = _form(request, arguments) if request.mark else None
    if form is None or at_path(arguments, form.argument) not in _NOTHING:
        return None
    value = new_mark()
    arguments = with_value(arguments, form.argument, value)
    for path, constant in form.along.items():
        if at_path(arguments, path) in _NOTHING:
            arguments = with_value(arguments, path, constant)
    return Marked(form, value, arguments)


def _form(request: Request, arguments: Json) -> Mark | None:
    forms = marks()[str(request.mark)]
    return next((form for form in forms if _is_for(form.where, arguments)), None)


def _is_for(where: Mapping[str, tuple[Any, ...]], arguments: Json) -> bool:
    return all(at_path(arguments, path) in values for path, values in where.items())


def _carried(constants: Json, carry: Mapping[str, str], arguments: Json) -> Json:
    carried = dict(constants)
    for path, source in carry.items():
        found = at_path(arguments, source)
        if found is not None:
            carried = with_value(carried, path, found)
    return carried
