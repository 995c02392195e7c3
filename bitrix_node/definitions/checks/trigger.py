"""The trigger and the catalogue of events, held against each other and against the documented methods."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bitrix_node.definitions.checks.documents import file_name, read_document
from bitrix_node.definitions.checks.lookups import use_faults
from bitrix_node.definitions.checks.parameters import listed_parameters
from bitrix_node.definitions.checks.views import panel_fields
from bitrix_node.definitions.faults import Fault, one_of, shown
from bitrix_node.definitions.methods.checking import argument_faults

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from bitrix_node.definitions.checks.documents import Document
    from bitrix_node.definitions.checks.views import Tree
    from bitrix_node.definitions.locations import DataLocation
    from bitrix_node.definitions.methods import MethodCatalogue

_MODE_KEYS = ("receives", "polls", "showsAddress")
_FIXED = ("triggerOn", "pollTimes")


def trigger_faults(
    location: DataLocation, catalogue: MethodCatalogue | None, lookups: Mapping[str, Tree] | None = None
) -> Iterator[Fault]:
    """Every fault of the trigger's file and of the events; none where the data directory has no trigger.

    Args:
        location: the data directory.
        catalogue: its documented methods; without it they are not looked into.
        lookups: the lookups of records that there are; without them it is not looked whether they are used rightly.
    """
    if not location.trigger.is_file():
        return
    document = read_document(location.trigger, "trigger")
    yield from document.faults
    if document.faults:
        return
    events = json.loads(location.events.read_text(encoding="utf-8")) if location.events.is_file() else []
    yield from _panel(document, [event["code"] for event in events])
    if lookups is not None:
        yield from use_faults(panel_fields(document.content["parameters"]), lookups, document.file)
    yield from _bots(document, {event["code"] for event in events})
    yield from _records(document, catalogue)
    known = document.content.get("records", {})
    for index, event in enumerate(events):
        if "record" in event and event["record"] not in known:
            message = f"the event {event['code']} names the record {shown(event['record'])}, which nothing fetches"
            yield Fault(file_name(location.events), f"[{index}].record", message, one_of(known, event["record"]))


def _panel(document: Document, codes: Collection[str]) -> Iterator[Fault]:
    content, file = document.content, document.file
    yield from listed_parameters([content["triggerOn"]], {}, file, "triggerOn")
    parameters = [_with_events(entry, content, codes) for entry in content["parameters"]]
    yield from listed_parameters(parameters, {}, file, "parameters")
    names = {entry["name"] for entry in parameters}
    modes = [option["value"] for option in content["triggerOn"].get("options", [])]
    for key in _MODE_KEYS:
        yield from _unknown(content.get(key, []), modes, document, key, "mode")
    yield from _unknown(content.get("eventLists", []), names, document, "eventLists", "parameter")
    for index, entry in enumerate(parameters):
        yield from _unknown(
            entry.get("show", {}), {*names, *_FIXED}, document, f"parameters[{index}].show", "parameter"
        )
        shown_on = entry.get("show", {}).get("triggerOn", [])
        yield from _unknown(shown_on, modes, document, f"parameters[{index}].show.triggerOn", "mode")


def _with_events(entry: Tree, content: Tree, codes: Collection[str]) -> Tree:
    if entry["name"] not in content.get("eventLists", []):
        return entry
    return {**entry, "options": [{"name": code, "value": code} for code in codes]}


def _bots(document: Document, codes: Collection[str]) -> Iterator[Fault]:
    for name, event in document.content.get("botEvents", {}).items():
        for key in ("code", "classicCode"):
            yield from _unknown(
                [event[key]] if key in event else [], codes, document, f"botEvents.{name}.{key}", "event"
            )


def _records(document: Document, catalogue: MethodCatalogue | None) -> Iterator[Fault]:
    for name, record in document.content.get("records", {}).items():
        method = catalogue.method(record["method"]) if catalogue is not None else None
        place = f"records.{name}"
        if catalogue is not None and method is None:
            message = f"there is no method {shown(record['method'])}"
            yield Fault(document.file, f"{place}.method", message, one_of(catalogue.nearest(record["method"])))
        if method is not None:
            for fault in argument_faults(method, _arguments(record)):
                yield Fault(document.file, f"{place}.{fault.path}", fault.message, fault.advice or "as documented")


def _arguments(record: Tree) -> Tree:
    """What would be sent, with ones for what the event brings."""
    arguments = dict(record.get("arguments", {}))
    for path in record["eventArguments"]:
        *steps, last = path.split(".")
        target: Any = arguments
        for step in steps:
            target = target.setdefault(step, {})
        target[last] = 1
    return arguments


def _unknown(
    entries: Collection[Any], known: Collection[Any], document: Document, place: str, kind: str
) -> Iterator[Fault]:
    for entry in entries:
        if entry not in known:
            yield Fault(document.file, place, f"there is no {kind} {shown(entry)}", one_of(known, entry))
