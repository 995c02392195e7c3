"""n8n's editor as a person uses it: search for a node, drag it in, look at its panel, press the button."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from playwright.async_api import expect

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

    from bitrix_node.n8n.installation.client import Owner

IMAGES = Path(__file__).parents[2] / "docs" / "images"
THEMES: dict[Literal["dark", "light"], str] = {"dark": "-dark", "light": ""}
"""What a picture's name ends in, by theme; n8n follows the system's."""
PANE = ".vue-flow__pane"


@dataclass
class Editor:
    """One browser window.

    Attributes:
        page: The window.
        url: Address of n8n.
    """

    page: Page
    url: str

    async def sign_in(self, owner: Owner) -> None:
        """Signs in through the form."""
        await self.page.goto(f"{self.url}/signin")
        await self.page.locator("input[name=emailOrLdapLoginId]").fill(owner.email)
        await self.page.locator("input[name=password]").fill(owner.password)
        await self.page.get_by_role("button", name="Sign in").click()
        await self.page.wait_for_url("**/home/**")

    async def new_workflow(self) -> None:
        """Opens an empty workflow."""
        await self.page.goto(f"{self.url}/workflow/new")
        await expect(self.page.get_by_test_id("canvas-add-button")).to_be_visible(timeout=30_000)

    async def open_workflow(self, workflow_id: str) -> None:
        """Opens a stored workflow and waits until its nodes stand on the canvas."""
        await self.page.goto(f"{self.url}/workflow/{workflow_id}")
        await expect(self.page.get_by_test_id("canvas-node").first).to_be_visible(timeout=30_000)

    async def open_node(self, workflow_id: str, node_id: str) -> None:
        """Opens the panel of a node of a stored workflow."""
        await self.page.goto(f"{self.url}/workflow/{workflow_id}/{node_id}")
        await expect(self.page.get_by_test_id("ndv")).to_be_visible(timeout=30_000)

    async def new_credential(self, kind: str) -> Locator:
        """Opens the form of a new credential.

        Args:
            kind: Name of its type in n8n's list.

        Returns:
            The form.
        """
        await self.page.goto(f"{self.url}/home/credentials")
        await self.page.get_by_test_id("add-resource-credential").click()
        await self.page.get_by_test_id("new-credential-type-select").click()
        await self.page.keyboard.type(kind)
        await self.page.get_by_test_id("new-credential-type-select-option").filter(has_text=kind).click()
        await self.page.get_by_test_id("new-credential-type-button").click()
        form = self.page.get_by_test_id("editCredential-modal")
        await expect(form.get_by_test_id("credential-save-button")).to_be_visible()
        return form

    async def choices(self, parameter: str) -> list[str]:
        """Opens a dropdown of the open panel and returns what it offers."""
        field = self.page.get_by_test_id("node-parameters").get_by_test_id(f"parameter-input-{parameter}")
        await field.locator("input").click()
        options = self.page.locator(".el-select-dropdown").filter(visible=True).locator(".option-headline")
        await expect(options.first).to_be_visible()
        return [text.strip() for text in await options.all_inner_texts()]

    async def search_nodes(self, text: str) -> Locator:
        """Opens the list of nodes with its key, N, and searches in it.

        Returns:
            The list.
        """
        creator = self.page.get_by_test_id("node-creator")
        if not await creator.is_visible():
            await self.page.locator(PANE).click(position={"x": 40, "y": 300})
            await self.page.keyboard.press("n")
        await self.page.get_by_test_id("node-creator-search-bar").fill(text)
        return creator

    async def open_node_actions(self, name: str) -> Locator:
        """Chooses a node in the open list of nodes, so that its actions are shown.

        Above the actions of a node with a trigger stand its triggers; in an empty workflow the actions are folded up.

        Returns:
            The heading of the actions.
        """
        creator = self.page.get_by_test_id("node-creator")
        await creator.get_by_test_id("node-creator-item-name").get_by_text(name, exact=True).click()
        headings = creator.get_by_test_id("node-creator-category-item")
        heading = headings.filter(has_text="Actions (")
        await expect(heading).to_be_visible()
        if await headings.count() > 1:
            await heading.click()
        return heading

    async def find_action(self, action: str) -> Locator:
        """Scrolls through the open list of actions, which n8n draws piece by piece, until an action is there."""
        names = self.page.get_by_test_id("node-creator").get_by_test_id("node-creator-item-name")
        await expect(names.first).to_be_visible()
        entry = names.get_by_text(action, exact=True)
        while not await entry.count():
            drawn = await names.count()
            await names.last.scroll_into_view_if_needed()
            await expect(names).not_to_have_count(drawn)
        await entry.scroll_into_view_if_needed()
        return entry

    async def drag_action_in(self, action: str) -> None:
        """Drags an action from the open list of actions onto the canvas; its panel opens."""
        entry = await self.find_action(action)
        await entry.drag_to(self.page.locator(PANE), target_position={"x": 500, "y": 400})
        await expect(self.page.get_by_test_id("ndv")).to_be_visible()

    async def panel_fields(self) -> list[str]:
        """Returns the labels of the open panel, from top to bottom."""
        panel = self.page.get_by_test_id("node-parameters")
        labels = await panel.locator("label, [data-test-id=input-label], [data-test-id=credentials-label]").all()
        texts = [(await label.inner_text()).strip().split("\n")[0] for label in labels if await label.is_visible()]
        return list(dict.fromkeys(text for text in texts if text))

    async def execute(self) -> None:
        """Presses the orange button and waits until the run has ended."""
        button = self.page.get_by_test_id("execute-workflow-button").filter(visible=True).first
        await button.click()
        await expect(self.page.get_by_text(re.compile("Workflow executed|Problem in node")).first).to_be_visible(
            timeout=60_000
        )

    async def picture(self, name: str, part: Locator | None = None) -> None:
        """Takes pictures for the documentation, in the light theme and in the dark one, without n8n's passing notes.

        Args:
            name: name of the file; the dark one ends in `-dark`.
            part: what to show; the whole window where not given.
        """
        IMAGES.mkdir(parents=True, exist_ok=True)
        for note in await self.page.locator(".el-notification__closeBtn").all():
            await note.click()
        await expect(self.page.locator(".el-notification")).to_have_count(0)
        await self.page.mouse.move(1, 450)
        for theme, file in THEMES.items():
            await self.page.emulate_media(color_scheme=theme)
            await self.page.wait_for_function(
                "theme => matchMedia(`(prefers-color-scheme: ${theme})`).matches", arg=theme
            )
            await (part or self.page).screenshot(path=IMAGES / f"{name}{file}.png", animations="disabled")
        await self.page.emulate_media(color_scheme="light")
