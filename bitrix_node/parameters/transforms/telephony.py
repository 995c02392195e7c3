"""Transforms for calls and their recordings (telephony.externalCall.*)."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from bitrix_node.parameters.binary import BinaryData
from bitrix_node.parameters.errors import UnusableValue

if TYPE_CHECKING:
    from collections.abc import Callable

EXTENSIONS = (".mp3", ".wav")
"""What the name of a recording may end in."""

EXTENSION_BY_TYPE = {
    "audio/mpeg": ".mp3",
    "audio/mp3": ".mp3",
    "audio/wav": ".wav",
    "audio/wave": ".wav",
    "audio/x-wav": ".wav",
    "audio/vnd.wave": ".wav",
}
"""Media type -> extension, for binary data whose name does not tell."""


def recording_name(value: Any) -> str:
    """The file name of a recording, from a text or from binary data, whose media type may stand in for an extension.

    Raises:
        UnusableValue: when it is neither an MP3 nor a WAV file.
    """
    name = (value.file_name or "recording") if isinstance(value, BinaryData) else str(value).strip()
    if PurePosixPath(name).suffix.lower() in EXTENSIONS:
        return name
    if isinstance(value, BinaryData) and value.mime_type in EXTENSION_BY_TYPE:
        return name + EXTENSION_BY_TYPE[value.mime_type]
    raise UnusableValue("a recording whose name ends in .mp3 or .wav")


TRANSFORMS: dict[str, Callable[[Any], Any]] = {
    "recordingName": recording_name,
}
"""The transforms of this module, by the name that definitions use."""
