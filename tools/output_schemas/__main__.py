"""Writes `node_definitions/outputs/`."""

from __future__ import annotations

import asyncio

from tools.output_schemas.folder import FOLDER, files


def main() -> None:
    """Writes every file, and removes those of resources that are gone."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    written = asyncio.run(files())
    for path in FOLDER.glob("*.json"):
        if path.name not in written:
            path.unlink()
    for name, text in written.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


main()
