"""Transforms for file contents."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from bitrix_node.parameters.binary import BinaryData, checked_base64
from bitrix_node.parameters.errors import UnusableValue

if TYPE_CHECKING:
    from collections.abc import Callable


def base64_content(value: Any) -> str:
    """Base64 text, from binary data or from text that already is Base64."""
    return value.data if isinstance(value, BinaryData) else checked_base64(str(value))


def text_content(value: Any) -> str:
    """The UTF-8 bytes of a text as Base64."""
    return base64.b64encode(str(value).encode()).decode("ascii")


def file_name(value: Any) -> Any:
    """The file name that came with binary data."""
    return value.file_name or "file" if isinstance(value, BinaryData) else value


def attached_files(value: Any) -> list[list[str]]:
    """Binary data as a list of names with contents, `[["offer.pdf", "<Base64>"]]`, which is how records get files."""
    files = value if isinstance(value, list) else [value]
    if not all(isinstance(file, BinaryData) for file in files):
        raise UnusableValue("the names of binary fields of the input item")
    return [[file_name(file), file.data] for file in files]


def activity_files(value: Any) -> list[dict[str, list[str]]]:
    """Binary data in the form that activities want: `[{"fileData": ["offer.pdf", "<Base64>"]}]`."""
    return [{"fileData": named} for named in attached_files(value)]


TRANSFORMS: dict[str, Callable[[Any], Any]] = {
    "activityFiles": activity_files,
    "attachedFiles": attached_files,
    "base64Content": base64_content,
    "fileName": file_name,
    "textContent": text_content,
}
