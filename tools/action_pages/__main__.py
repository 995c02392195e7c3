"""Writes `docs/actions/`."""

from __future__ import annotations

from tools.action_pages.folder import FOLDER, pages


def main() -> None:
    """Writes every page, and removes those of resources that are gone."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    written = pages()
    for path in FOLDER.glob("*.md"):
        if path.name not in written:
            path.unlink()
    for name, text in written.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


main()
