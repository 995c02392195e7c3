"""The icons: our own mark, one drawing for light and one for dark backgrounds."""

from __future__ import annotations

from pathlib import Path

ASSETS = Path(__file__).parent / "assets"
LIGHT, DARK = "bitrix24.svg", "bitrix24.dark.svg"


def icon_reference() -> dict[str, str]:
    """Returns how a description names its icons, which stand beside it."""
    return {"light": f"file:{LIGHT}", "dark": f"file:{DARK}"}


def icon_files() -> dict[str, bytes]:
    """Returns the drawings by file name."""
    return {name: (ASSETS / name).read_bytes() for name in (LIGHT, DARK)}
