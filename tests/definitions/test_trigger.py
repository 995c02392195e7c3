"""The trigger's file and the catalogue of events: what is wrong with them is found, and what is shipped is whole."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from bitrix_node.definitions import Definitions
from bitrix_node.definitions.checks.lookups import lookup_documents, lookups_by_name
from bitrix_node.definitions.checks.trigger import trigger_faults
from bitrix_node.definitions.locations import DataLocation, packaged_data
from bitrix_node.definitions.methods import MethodCatalogue
from bitrix_node.definitions.trigger import QUEUE_GREW, event_choices
from bitrix_node.definitions.yaml_files import read_yaml
from bitrix_node.sandbox.events.catalogue import codes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DEFINITIONS = Definitions.packaged()
LOOKUPS = lookups_by_name(lookup_documents(packaged_data().lookups))

FAULTS: dict[str, tuple[Callable[[Any], Any], str, str]] = {
    "unknown key": (
        lambda file: file.update(recods={}),
        "recods",
        'the key "recods" is not known here',
    ),
    "unknown mode": (
        lambda file: file["receives"].append("carrierPigeon"),
        "receives",
        'there is no mode "carrierPigeon"',
    ),
    "field for no mode": (
        lambda file: file["parameters"][0]["show"].update(triggerOn=["never"]),
        "parameters[0].show.triggerOn",
        'there is no mode "never"',
    ),
    "condition on nothing": (
        lambda file: file["parameters"][0]["show"].update(weather=["fine"]),
        "parameters[0].show",
        'there is no parameter "weather"',
    ),
    "list of events that is no parameter": (
        lambda file: file["eventLists"].append("happenings"),
        "eventLists",
        'there is no parameter "happenings"',
    ),
    "unknown event of bots": (
        lambda file: file["botEvents"]["message"].update(code="ONIMBOTV3MESSAGEADD"),
        "botEvents.message.code",
        'there is no event "ONIMBOTV3MESSAGEADD"',
    ),
    "unknown method": (
        lambda file: file["records"]["deal"].update(method="crm.item.fetch"),
        "records.deal.method",
        'there is no method "crm.item.fetch"',
    ),
    "unknown argument": (
        lambda file: file["records"]["task"].update(eventArguments={"taskID2": "id"}),
        "records.task.taskID2",
        "tasks.task.get has no parameter 'taskID2'",
    ),
    "missing argument": (
        lambda file: file["records"]["deal"].pop("arguments"),
        "records.deal.entityTypeId",
        "crm.item.get needs 'entityTypeId'",
    ),
    "unknown lookup": (
        lambda file: next(entry for entry in file["parameters"] if entry["name"] == "botId").update(lookup="bott"),
        "parameters[12].lookup",
        'there is no lookup "bott"',
    ),
    "description of a boolean": (
        lambda file: file["parameters"][3].update(description="Fetch it"),
        "parameters[3].description",
        'the description of a boolean starts "Fetch"',
    ),
}


@pytest.fixture
def location(tmp_path: Path) -> DataLocation:
    """A copy of the trigger's files, to be spoilt."""
    copied = DataLocation(tmp_path)
    copied.trigger.parent.mkdir()
    shutil.copy(packaged_data().trigger, copied.trigger)
    shutil.copy(packaged_data().events, copied.events)
    return copied


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found(name: str, location: DataLocation) -> None:
    spoil, path, message = FAULTS[name]
    file = read_yaml(location.trigger)
    spoil(file)
    location.trigger.write_text(yaml.safe_dump(file), encoding="utf-8")
    faults = [(fault.path, fault.message) for fault in trigger_faults(location, MethodCatalogue.packaged(), LOOKUPS)]
    assert (path, message) in faults, faults


def test_an_event_whose_record_nothing_fetches_is_found(location: DataLocation) -> None:
    events = json.loads(location.events.read_text(encoding="utf-8"))
    events[0]["record"] = "unicorn"
    location.events.write_text(json.dumps(events), encoding="utf-8")
    (fault,) = trigger_faults(location, MethodCatalogue.packaged())
    assert (fault.path, "unicorn" in fault.message) == ("[0].record", True)


def test_what_is_shipped_has_no_fault() -> None:
    assert list(trigger_faults(packaged_data(), MethodCatalogue.packaged(), LOOKUPS)) == []


def test_the_sandbox_knows_the_same_events() -> None:
    known = {event.code for event in DEFINITIONS.events}
    assert set(codes()) - {"ONAPPTEST"} == known


def test_every_event_that_can_be_subscribed_is_a_choice_of_its_own() -> None:
    choices = event_choices(DEFINITIONS.events)
    names, values = [choice["name"] for choice in choices], {choice["value"] for choice in choices}
    assert len(set(names)) == len(names)
    assert names == sorted(names, key=str.lower)
    assert {"ONCRMDEALADD", "ONTASKUPDATE", "CATALOG.PRODUCT.ON.ADD"} <= values
    # These never reach a handler that was merely subscribed.
    assert not values & {"ONIMBOTV2MESSAGEADD", "ONIMCOMMANDADD", "ONIMV2MESSAGEADD", QUEUE_GREW}


def test_added_and_changed_records_of_the_crm_are_fetched_and_deleted_ones_are_not() -> None:
    by_code = {event.code: event for event in DEFINITIONS.events}
    for subject, record in {"LEAD": "lead", "DEAL": "deal", "CONTACT": "contact", "COMPANY": "company"}.items():
        assert by_code[f"ONCRM{subject}ADD"].record == by_code[f"ONCRM{subject}UPDATE"].record == record
        assert by_code[f"ONCRM{subject}DELETE"].record is None
        assert by_code[f"ONCRM{subject}DELETE"].id == "FIELDS.ID"
    assert by_code["ONTASKDELETE"].id == "FIELDS_BEFORE.ID"


def test_each_choice_of_bot_events_is_known() -> None:
    trigger = DEFINITIONS.trigger
    (choice,) = (parameter for parameter in trigger.parameters if parameter.name == "botEvents")
    assert {option.value for option in choice.options or ()} == set(trigger.bot_events)
