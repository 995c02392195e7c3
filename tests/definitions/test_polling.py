"""What can be watched: every kind of fault in the file about it, and the panel and the plan that come of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from bitrix_node.definitions import Definitions
from bitrix_node.definitions.checks.lookups import lookup_documents, lookups_by_name
from bitrix_node.definitions.checks.polling import polling_faults
from bitrix_node.definitions.locations import packaged_data
from bitrix_node.definitions.methods import MethodCatalogue
from bitrix_node.definitions.validation import validate
from bitrix_node.definitions.yaml_files import read_yaml
from bitrix_node.rest import keysets

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bitrix_node.definitions.polling import Polling

FAULTS: dict[str, tuple[Callable[[Any], Any], str, str, str]] = {
    "unknown key": (
        lambda file: file["lists"]["tasks"].update(fliter="filter"),
        "lists.tasks.fliter",
        'the key "fliter" is not known here',
        "filter",
    ),
    "unknown method": (
        lambda file: file["lists"]["tasks"].update(method="tasks.task.lst"),
        "lists.tasks.method",
        'REST 2 has no documented method "tasks.task.lst"',
        "one of tasks.task.get, tasks.task.list, tasks.task.start",
    ),
    "writing method": (
        lambda file: file["lists"]["tasks"].update(method="tasks.task.add"),
        "lists.tasks.method",
        "tasks.task.add changes something",
        "a method that only reads",
    ),
    "misspelt method": (
        lambda file: file["lists"]["calls"].update(method="voximplant.Statistic.get"),
        "lists.calls.method",
        'REST 2 has no documented method "voximplant.Statistic.get"',
        "one of voximplant.statistic.get",
    ),
    "wrong place of rows": (
        lambda file: file["lists"]["tasks"].pop("rows"),
        "lists.tasks.rows",
        'the rows of tasks.task.list lie at "tasks", not at ""',
        '"tasks"',
    ),
    "undocumented argument": (
        lambda file: file["lists"]["tasks"].update(filter="FILTERS"),
        "lists.tasks.filter",
        'tasks.task.list documents no argument "FILTERS"',
        "one of filter, order, params, select, start",
    ),
    "undocumented constant": (
        lambda file: file["records"]["deal"].update(arguments={"entityTypeID": 2}),
        "records.deal.arguments.entityTypeID",
        'crm.item.list documents no argument "entityTypeID"',
        "entityTypeId",
    ),
    "missing required argument": (
        lambda file: file["records"]["deal"].pop("arguments"),
        "records.deal",
        'crm.item.list is not given "entityTypeId", which it needs',
        "an argument or a parameter for it",
    ),
    "unknown list": (
        lambda file: file["records"]["deal"].update(list="crmItem"),
        "records.deal.list",
        'there is no list "crmItem"',
        "crmItems",
    ),
    "unused list": (
        lambda file: file["records"].pop("task"),
        "lists.tasks",
        "no record lies in this list",
        "a record, or the list removed",
    ),
    "unknown parameter": (
        lambda file: file["records"]["file"].update(parameters={"id": "pollFolder"}),
        "records.file.parameters.id",
        'there is no parameter "pollFolder"',
        "pollFolderId or pollFor",
    ),
    "unused parameter": (
        lambda file: file["records"].pop("product"),
        "parameters[3]",
        'no record asks for "pollCatalogId"',
        "a record that does, or the parameter removed",
    ),
    "missing parameter": (
        lambda file: file["parameters"].pop(),
        "parameters",
        'the parameter "pollSelect" is missing',
        "it among the parameters",
    ),
    "unknown default": (
        lambda file: file["parameters"][0].update(default="dela"),
        "parameters[0].default",
        '"dela" is no default for the type options',
        "deal",
    ),
    "unknown lookup": (
        lambda file: file["parameters"][2].update(lookup="smartProcesses"),
        "parameters[2].lookup",
        'there is no lookup "smartProcesses"',
        "smartProcess or smartProcessItem",
    ),
    "lookup without what it depends on": (
        lambda file: file["parameters"][2].update(lookup="smartProcessItem"),
        "parameters[2].lookup",
        'the list depends on "entityTypeId", and the panel has no field "entityTypeId"',
        "inputs, with the field that gives it",
    ),
    "words of the panel": (
        lambda file: file["parameters"][-1].update(placeholder="title"),
        "parameters[6].placeholder",
        'here stands "title"',
        "e.g. …",
    ),
}


@pytest.fixture
def polling() -> Polling:
    return Definitions.packaged().polling


@pytest.mark.parametrize("fault", FAULTS)
def test_tells_what_is_wrong_where_and_what_would_be_right(fault: str, tmp_path: Path) -> None:
    change, place, message, expected = FAULTS[fault]
    file = read_yaml(packaged_data().polling)
    change(file)
    written = tmp_path / "polling.yaml"
    written.write_text(yaml.safe_dump(file, sort_keys=False), encoding="utf-8")
    lookups = lookups_by_name(lookup_documents(packaged_data().lookups))
    faults = [
        (found.path, found.message, found.expected)
        for found in polling_faults(written, MethodCatalogue.packaged(), lookups)
    ]
    assert (place, message, expected) in faults


def test_the_shipped_file_is_part_of_what_is_validated() -> None:
    assert validate([packaged_data().polling]) == []


def test_lists_agree_with_the_table_of_lists_by_id(polling: Polling) -> None:
    for entry in polling.lists.values():
        keyset = keysets().get(entry.method)
        if keyset is not None:
            told = (entry.id.field, entry.id.row, entry.filter, entry.order, entry.sort)
            assert told == (keyset.name, keyset.id, keyset.filter, keyset.order, keyset.sort)
            assert entry.arguments["start"] == -1


def test_the_panel_offers_every_record(polling: Polling) -> None:
    choice, *others = polling.panel
    assert choice.options is not None
    assert [option.value for option in choice.options] == list(polling.records)
    shown = {parameter.name: parameter.show for parameter in others}
    assert shown["pollEntityTypeId"] == {"pollRecord": ("smartProcessItem",)}
    assert shown["pollFilter"] is None


def test_changes_are_offered_where_they_can_be_told(polling: Polling) -> None:
    (kind,) = (parameter for parameter in polling.panel if parameter.name == "pollFor")
    assert kind.show is not None
    assert {*polling.records} - {*kind.show["pollRecord"]} == {"call", "user"}


def test_the_plan_is_plain_data_without_gaps(polling: Polling) -> None:
    plan = polling.plan()
    assert plan["lists"]["users"]["sort"] == "sort"
    assert "sort" not in plan["lists"]["tasks"]
    assert plan["records"]["deal"] == {
        "name": "Deal",
        "list": "crmItems",
        "arguments": {"entityTypeId": 2},
        "parameters": {},
    }
    assert plan["parameters"]["pollCatalogId"] == "Catalog"
