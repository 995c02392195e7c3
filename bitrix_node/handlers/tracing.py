"""Which call tells what became of a write that brought no answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.definitions.methods import MethodCatalogue
from bitrix_node.rest import traces

if TYPE_CHECKING:
    from bitrix_node.definitions.methods import CatalogueMethod
    from bitrix_node.handlers.step import Step
    from bitrix_node.portal.clock import Moment

Json = dict[str, Any]

_READS, _LISTS = ("get",), ("list", "getlist", "get")
_NEW = ("add", "create", "import", "register", "send", "upload", "uploadfile")
_STEERING = {"fields", "select", "filter", "order", "start"}


def way_to_find_out(step: Step, sent: Moment | None) -> Json | None:
    """The call as `method` and `arguments`: the record itself, or the list of what is new or changed since then.

    Args:
        step: the write.
        sent: when it was sent.

    Returns:
        `None` where the documentation has no such method.
    """
    if step.record is not None:
        return {"method": step.record.form.find.method, "arguments": step.record.search()}
    family, _, verb = step.method.rpartition(".")
    record = _method(family, _READS, step.request.version)
    if record is not None and not _makes_something(verb):
        given = _shared(step.arguments, record)
        if all(name in given for name, parameter in record.parameters.items() if parameter.required) and given:
            return {"method": record.name, "arguments": given}
    rows = _list_of(family, step.request.version)
    if rows is None:
        return None
    arguments = _shared(step.arguments, rows)
    field = traces().times.get(rows.name.lower(), {}).get("made" if _makes_something(verb) else "changed")
    if field is not None and sent is not None:
        arguments |= {_filter_of(rows): {f">={field}": sent.at.isoformat(timespec="seconds")}}
    return {"method": rows.name, "arguments": arguments}


def _list_of(family: str, version: int) -> CatalogueMethod | None:
    named = traces().lists.get(family.lower())
    return MethodCatalogue.packaged().method(named) if named else _method(family, _LISTS, version)


def _method(family: str, verbs: tuple[str, ...], version: int) -> CatalogueMethod | None:
    """The first documented method of a family with one of these words at its end."""
    methods = (MethodCatalogue.packaged().method(f"{family}.{verb}", version) for verb in verbs)
    return next((method for method in methods if method is not None and method.reads), None)


def _filter_of(rows: CatalogueMethod) -> str:
    """What the method calls its filter: some write it in capitals."""
    return next((name for name in rows.parameters if name.lower() == "filter"), "filter")


def _makes_something(verb: str) -> bool:
    return verb.lower().startswith(_NEW)


def _shared(arguments: Json, method: CatalogueMethod) -> Json:
    """The arguments that the other method takes as well, under its own names for them."""
    given = {name.lower(): value for name, value in arguments.items()}
    return {
        name: given[name.lower()]
        for name in method.parameters
        if name.lower() in given and name.lower() not in _STEERING
    }
