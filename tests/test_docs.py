"""The pages in `docs/`: all are listed, all links lead somewhere, and what install.md names is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bitrix_node.n8n.installation.install import N8N_VERSION
from bitrix_node.version import VERSION

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]


def anchors(page: Path) -> set[str]:
    """What a link to a heading of the page ends with."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def test_the_index_lists_every_page_once() -> None:
    listed = re.findall(r"^- \[[^]]+\]\(([^)]+)\)", (DOCS / "README.md").read_text(), re.MULTILINE)
    assert sorted(listed) == sorted(
        ["actions/README.md", *(page.name for page in PAGES[1:] if page.name != "README.md")]
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if "://" not in target:
            path, _, anchor = target.partition("#")
            linked = (page.parent / path).resolve() if path else page
            assert linked.exists(), target
            assert not anchor or anchor in anchors(linked), target


def test_every_picture_is_there_for_light_and_for_dark() -> None:
    light = re.findall(r'src="(docs/images/[^"]+)\.png"', (ROOT / "README.md").read_text())
    dark = re.findall(r'srcset="(docs/images/[^"]+)-dark\.png"', (ROOT / "README.md").read_text())
    assert light == dark
    assert light
    for name in light:
        assert (ROOT / f"{name}.png").is_file()
        assert (ROOT / f"{name}-dark.png").is_file()


def test_the_installation_names_files_that_exist_and_the_versions_of_the_project() -> None:
    text = (DOCS / "install.md").read_text()
    for path in set(re.findall(r"(?<![\w/.])deploy/[\w.-]*\w", text)) - {"deploy/.env"}:
        assert (ROOT / path).is_file(), path
    assert set(re.findall(r"n8n@([\d.]+\d)|N8N_VERSION=([\d.]+\d)|bitrix24:([\d.]+\d)", text)) <= {
        (N8N_VERSION, "", ""),
        ("", N8N_VERSION, ""),
        ("", "", N8N_VERSION),
    }
    assert set(re.findall(r"(?:bitrix_node-|n8n-nodes-bitrix24-py-)(\d[\d.]*\d)", text)) == {VERSION}
