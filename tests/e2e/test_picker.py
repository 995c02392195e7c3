"""n8n's list of nodes as a newcomer uses it: what they want to do leads to an action within a screen or two."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from bitrix_node.definitions.catalog import Definitions

if TYPE_CHECKING:
    from playwright.async_api import Locator

    from tests.e2e.editor import Editor

pytestmark = pytest.mark.asyncio(loop_scope="session")

DEFINITIONS = Definitions.packaged()
WANTED = [
    ("create a deal", "Bitrix24 CRM", "Create a deal or other CRM record"),
    ("send a message to a chat", "Bitrix24 Messenger", "Send a message to a chat"),
    ("upload a file to drive", "Bitrix24 Drive", "Upload a file to the drive"),
    ("create a task", "Bitrix24 Tasks and Projects", "Create a task"),
]
SCREENS_DOWN = """action => {
    let list = action.parentElement;
    while (getComputedStyle(list).overflowY === 'visible') list = list.parentElement;
    const top = action.getBoundingClientRect().top - list.getBoundingClientRect().top + list.scrollTop;
    return top / list.clientHeight;
}"""


def node_named(creator: Locator, name: str) -> Locator:
    return creator.get_by_test_id("node-creator-item-name").get_by_text(name, exact=True)


@pytest.mark.parametrize(("words", "node", "action"), WANTED)
async def test_what_somebody_wants_to_do_leads_to_the_action(
    editor: Editor, words: str, node: str, action: str
) -> None:
    await editor.new_workflow()
    creator = await editor.search_nodes(words)
    await expect(node_named(creator, node)).to_be_visible()
    await node_named(creator, node).click()
    found = node_named(creator, action)
    await expect(found).to_be_attached()
    assert await found.evaluate(SCREENS_DOWN) < 2.5


async def test_all_parts_of_bitrix24_are_found_by_its_name(editor: Editor) -> None:
    await editor.new_workflow()
    creator = await editor.search_nodes("bitrix24")
    for node in DEFINITIONS.node.nodes:
        await expect(node_named(creator, node.display_name)).to_be_attached()
    await editor.picture("node-picker")


async def test_an_area_lists_its_most_used_resource_first(editor: Editor) -> None:
    await editor.new_workflow()
    creator = await editor.search_nodes("bitrix24 crm")
    await node_named(creator, "Bitrix24 CRM").click()
    first = DEFINITIONS.resource("crm")
    names = creator.get_by_test_id("node-creator-item-name")
    await expect(names.filter(has_text=first.operations[0].action)).to_be_visible()
    shown = [text.strip() for text in await names.all_inner_texts()]
    actions = {entry.action for entry in first.operations}
    place = next(index for index, text in enumerate(shown) if text in actions)
    assert set(shown[place : place + len(actions)]) == actions
    await editor.drag_action_in("Create a deal or other CRM record")
    panel = editor.page.get_by_test_id("node-parameters")
    await expect(panel.get_by_test_id("parameter-input-resource").locator("input")).to_have_value(first.name)
    assert await editor.choices("resource") == [
        *(DEFINITIONS.resource(name).name for name in ("crm", "activity", "timeline", "duplicate")),
        "Custom API Call",
    ]
