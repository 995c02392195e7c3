"""Every lookup of the package, as the panel uses it, on the demo company."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bitrix_node.definitions import Definitions
from bitrix_node.n8n.package.lookups import panel_lookups

if TYPE_CHECKING:
    from tests.n8n.panel_driver import Panel

DEFINITIONS = Definitions.packaged()
LOOKUPS = panel_lookups(DEFINITIONS.lookups, [DEFINITIONS.resource(name) for name in DEFINITIONS.resource_names])
USED = {use["lookup"] for use in (LOOKUPS["listSearch"] | LOOKUPS["loadOptions"]).values()}

INPUTS: dict[str, dict[str, Any]] = {
    "calendarOwner": {"type": "group"},
    "calendarSection": {"type": "user", "ownerId": "1"},
    "crmRecord": {"entityType": "company"},
    "document": {"origin": "crm"},
    "documentTemplate": {"origin": "rest"},
    "listElement": {"list": "1"},
    "listSection": {"list": "1"},
    "pipeline": {"entityType": "deal"},
    "sharedItem": {"sharingType": "fileLink"},
    "smartProcessItem": {"entityTypeId": "1032"},
    "taskStage": {"groupId": "1"},
}
"""What has to be chosen in the panel before a list shows."""


def search(name: str, text: str | None = None, token: str | None = None, **inputs: Any) -> dict[str, Any]:
    """The task of opening the list of a lookup, or of searching in it."""
    given = {key: {"path": key, "title": key} for key in (*INPUTS.get(name, {}), *inputs, "entityType", "entityTypeId")}
    use = {"lookup": name, "inputs": given}
    definitions = {"lookups": LOOKUPS["lookups"], "listSearch": {"list": use}, "loadOptions": {"list": use}}
    return {"search": {"definitions": definitions, "filter": text, "token": token}}


MADE_FIRST: dict[str, tuple[str, dict[str, Any]]] = {
    "listSection": (
        "lists.section.add",
        {"IBLOCK_TYPE_ID": "lists", "IBLOCK_ID": 1, "SECTION_CODE": "long", "FIELDS": {"NAME": "Long absences"}},
    ),
}
"""What the demo company has none of."""


@pytest.mark.parametrize("name", sorted(USED))
async def test_a_list_shows_rows_of_the_portal_and_is_searched(panel: Panel, name: str) -> None:
    if name in MADE_FIRST:
        method, arguments = MADE_FIRST[name]
        await panel.calls(method, **arguments)
    (opened,) = await panel.does(search(name), parameters=INPUTS.get(name))
    rows = opened["result"]["results"]
    assert rows, "the demo company has none"
    assert all(row["name"] and row["value"] not in (None, "") for row in rows)
    assert len({str(row["value"]) for row in rows}) == len(rows)
    word = max(rows[0]["name"].split(), key=len)
    (found,) = await panel.does(search(name, word), parameters=INPUTS.get(name))
    names = {row["value"]: row["name"] for row in found["result"]["results"]}
    assert rows[0]["value"] in names
