"""The types of custom fields, read from `types.yaml`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml


@cache
def document() -> dict[str, Any]:
    """Read the file.

    Returns:
        `languages`, `modules` and `types`.
    """
    text = Path(__file__).with_name("types.yaml").read_text(encoding="utf-8")
    read: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
    return read


def titles() -> dict[str, str]:
    """Name the types.

    Returns:
        titles by the type's code.
    """
    return {code: entry["title"] for code, entry in document()["types"].items()}


def settings_of(code: str) -> dict[str, dict[str, Any]]:
    """Describe the settings of a type.

    Args:
        code: such as `string`.

    Returns:
        type, title and default by name.
    """
    found: dict[str, dict[str, Any]] = document()["types"][code]["settings"]
    return found


def languages() -> list[str]:
    """Name the languages that labels have.

    Returns:
        their codes.
    """
    return list(document()["languages"])


def modules() -> dict[str, str]:
    """Name the modules whose entities can have custom fields.

    Returns:
        what names of entities begin with, by module.
    """
    return dict(document()["modules"])
