"""Posts as they are kept and shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Collection, Database, Record
    from bitrix_node.sandbox.registry import Call

_LONGEST_TITLE = 100
_CUSTOM_FIELDS: dict[str, tuple[str, str, Any]] = {
    "UF_BLOG_POST_DOC": ("file", "Y", False),
    "UF_BLOG_POST_URL_PRV": ("url_preview", "N", None),
    "UF_GRATITUDE": ("integer", "N", None),
    "UF_BLOG_POST_FILE": ("disk_file", "Y", False),
    "UF_BLOG_POST_IMPRTNT": ("integer", "N", None),
    "UF_IMPRTANT_DATE_END": ("datetime", "N", ""),
    "UF_BLOG_POST_VOTE": ("vote", "N", None),
    "UF_MAIL_MESSAGE": ("mail_message", "N", None),
}
"""Type, whether several, and the empty value of each."""


def collection(database: Database) -> Collection:
    """The stored posts."""
    return database.collection("feed_posts", index=("AUTHOR_ID",))


def comments(database: Database) -> Collection:
    """The stored comments of all posts."""
    return database.collection("feed_comments", index=("POST_ID", "AUTHOR_ID"))


def acting_user(call: Call) -> int:
    """In whose name a call writes: the caller's, or for administrators that of the `USER_ID` that they name."""
    named = call.integer("USER_ID") if call.is_admin else 0
    return named if call.database.collection("users").get(named) else call.user_id


def heading(title: str, text: str) -> dict[str, str]:
    """Title of a post, which is the beginning of its text when it has none of its own (`MICRO`)."""
    return {"TITLE": title or text[:_LONGEST_TITLE], "MICRO": "N" if title else "Y"}


def tag_ids(database: Database, written: str) -> list[int]:
    """The numbers of tags, which are made when they are new.

    Args:
        database: the portal's data.
        written: the tags, separated by commas.

    Returns:
        their numbers, in order.
    """
    tags = database.collection("feed_tags", index=("NAME",))
    names = dict.fromkeys(word for entry in written.split(",") if (word := entry.strip()))
    known = ((tags.first(NAME=name) or {}).get("id") or tags.insert({"NAME": name}) for name in names)
    return list(known)


def row(database: Database, post: Record) -> dict[str, Any]:
    """A post as `log.blogpost.get` shows it."""
    files = post["FILES"]
    shown = {
        "ID": str(post["id"]),
        "BLOG_ID": str(post["AUTHOR_ID"]),
        "PUBLISH_STATUS": "P",
        "TITLE": post["TITLE"],
        "AUTHOR_ID": str(post["AUTHOR_ID"]),
        "ENABLE_COMMENTS": "Y",
        "NUM_COMMENTS": str(comments(database).count(POST_ID=post["id"])),
        "CODE": None,
        "MICRO": post["MICRO"],
        "DETAIL_TEXT": post["DETAIL_TEXT"],
        "DATE_PUBLISH": post["DATE_PUBLISH"],
        "CATEGORY_ID": ",".join(map(str, post["TAGS"])) or None,
        "HAS_SOCNET_ALL": "Y" if "UA" in post["DEST"] else "N",
        "HAS_TAGS": "Y" if post["TAGS"] else "N",
        "HAS_IMAGES": "N",
        "HAS_PROPS": "Y",
        "HAS_COMMENT_IMAGES": None,
    }
    values = {**post["CUSTOM"], "UF_BLOG_POST_FILE": files or False}
    shown |= {name: _custom_field(post["id"], name, values.get(name)) for name in _CUSTOM_FIELDS}
    return shown | ({"FILES": files} if files else {})


def _custom_field(post_id: int, name: str, value: Any) -> dict[str, Any]:
    kind, multiple, empty = _CUSTOM_FIELDS[name]
    return {
        "ENTITY_ID": "BLOG_POST",
        "FIELD_NAME": name,
        "USER_TYPE_ID": kind,
        "XML_ID": name,
        "MULTIPLE": multiple,
        "MANDATORY": "N",
        "VALUE": empty if value is None else value,
        "ENTITY_VALUE_ID": post_id,
        "VALUE_EXISTS": True,
    }
