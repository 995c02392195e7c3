"""The pages about the actions say what the definitions say."""

from __future__ import annotations

import pytest

from tools.action_pages.folder import FOLDER, pages

PAGES = pages()


@pytest.mark.parametrize("name", PAGES)
def test_page_is_current(name: str) -> None:
    found = (FOLDER / name).read_text("utf-8") if (FOLDER / name).exists() else ""
    assert found == PAGES[name], f"docs/actions/{name} is out of date: run `python -m tools.action_pages`"


def test_no_page_is_about_nothing() -> None:
    assert {path.name for path in FOLDER.glob("*.md")} == set(PAGES)
