"""Transforms for posts of the news feed: who may read them, and files to take away.

See log.blogpost.add (DEST) for the codes of recipients and log.blogpost.update (FILES) for removed files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.parameters.errors import UnusableValue
from bitrix_node.parameters.transforms.general import integer_list

if TYPE_CHECKING:
    from collections.abc import Callable

PREFIXES = {"userIds": "U", "groupIds": "SG", "departmentIds": "DR"}
"""Members of the panel's recipients -> letters that stand before the numbers."""

EVERYONE = "UA"


def recipients(value: dict[str, Any]) -> list[str]:
    """The codes of recipients: `["UA"]` for everyone, `["U12", "SG57", "DR4"]` for the numbers that are given.

    Args:
        value: whether `everyone` may read, and lists of numbers under the names in `PREFIXES`.
    """
    codes = [EVERYONE] if value.get("everyone") else []
    codes += [f"{letters}{number}" for member, letters in PREFIXES.items() for number in value.get(member, [])]
    if not codes:
        raise UnusableValue("everyone or at least one recipient")
    return codes


def removed_files(value: Any) -> dict[str, str]:
    """Attachments to take away from a post: `{"505": "del"}`, from their numbers."""
    return {str(number): "del" for number in integer_list(value)}


TRANSFORMS: dict[str, Callable[[Any], Any]] = {
    "feedRecipients": recipients,
    "removedFiles": removed_files,
}
