"""One n8n with package, portal and runner for all of these tests, and one browser that is signed in to it."""

from __future__ import annotations

import importlib.util
import shutil
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from bitrix_node.n8n.installation.client import N8nClient
from bitrix_node.n8n.installation.up import DEMO_OWNER, Running, UpOptions, running
from bitrix_node.sandbox import Sandbox, SandboxConfig
from tests.e2e.running import TIGHT, Place, place

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser

    from tests.e2e.editor import Editor

# `make test` runs without a browser's library; `make e2e` installs it.
collect_ignore_glob = [] if importlib.util.find_spec("playwright") else ["test_*.py"]

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_BROWSER_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(__file__.removesuffix("/conftest.py")):
            item.add_marker(pytest.mark.e2e)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    """What `bitrix-node n8n up` brings up, in a folder of its own."""
    options = UpOptions(folder=tmp_path_factory.mktemp("n8n"), port=0)
    async with running(options, print) as everything:
        yield everything


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def n8n(stack: Running) -> AsyncIterator[N8nClient]:
    """A signed-in session with n8n's HTTP interface."""
    async with N8nClient(stack.url) as client:
        await client.sign_in(DEMO_OWNER)
        yield client


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def tight(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    """A second n8n: without a runner of its own, with short tasks, small messages, and files kept in memory."""
    async with place(tmp_path_factory.mktemp("tight"), TIGHT) as tight:
        yield tight


@pytest_asyncio.fixture(loop_scope="session")
async def portal() -> AsyncIterator[Sandbox]:
    """A portal that the test sees into."""
    async with Sandbox(SandboxConfig()) as sandbox:
        yield sandbox


@pytest_asyncio.fixture(loop_scope="session")
async def credentials_as_before(n8n: N8nClient) -> AsyncIterator[None]:
    """Takes away what a test stored by hand: the editor would offer it to nodes of other tests."""
    before = {entry["id"] for entry in await n8n.credentials()}
    yield
    for entry in await n8n.credentials():
        if entry["id"] not in before:
            await n8n.request("DELETE", f"/rest/credentials/{entry['id']}")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """A real Chromium."""
    from playwright.async_api import async_playwright

    program = next(filter(None, map(shutil.which, _BROWSERS)), None)
    assert program, f"No browser found; looked for {', '.join(_BROWSERS)}. On Debian: apt-get install chromium"
    async with async_playwright() as playwright:
        playwright.selectors.set_test_id_attribute("data-test-id")
        started = await playwright.chromium.launch(executable_path=program, args=_BROWSER_FLAGS)
        yield started
        await started.close()


@pytest_asyncio.fixture(loop_scope="session")
async def editor(stack: Running, browser: Browser) -> AsyncIterator[Editor]:
    """The editor in a fresh browser window, signed in."""
    from tests.e2e.editor import Editor

    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    editor = Editor(await context.new_page(), stack.url)
    await editor.sign_in(DEMO_OWNER)
    yield editor
    await context.close()
