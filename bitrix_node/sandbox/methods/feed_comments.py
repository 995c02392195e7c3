"""`log.blogcomment.*`: comments on posts of the news feed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox import attachments
from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.feed import posts, readers
from bitrix_node.sandbox.registry import Call, method

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Record

_PAGE = 100


@method("log.blogcomment.add", scope="log")
def add(call: Call) -> int:
    """Comment on a post; the same words by the same person straight away again are refused."""
    author = posts.acting_user(call)
    post = posts.collection(call.database).get(call.integer("POST_ID"))
    if post is None or not (call.is_admin or readers.may_read(call.database, post, author)):
        raise RestError("", "No post found")
    text = call.text("TEXT").strip()
    if not text:
        raise RestError("", "Blog comment hasn't been added")
    files = attachments.keep(call, call.value("FILES") or [], "ERROR_CORE")
    comments = posts.comments(call.database)
    same = {"POST_ID": post["id"], "AUTHOR_ID": author, "TEXT": text}
    if not files and comments.first(**same) is not None:
        raise RestError("", "Duplicate comment")
    return comments.insert({**same, "DATE": timestamp(call.now), "FILES": files})


@method("log.blogcomment.delete", scope="log")
def delete(call: Call) -> bool:
    """Remove a comment."""
    if call.integer("COMMENT_ID") <= 0:
        raise RestError("", "Wrong comment ID")
    comment = posts.comments(call.database).get(call.integer("COMMENT_ID"))
    if comment is None:
        raise RestError("", "No comment found")
    if not call.is_admin and comment["AUTHOR_ID"] != call.user_id:
        raise RestError("", "No delete perms")
    return posts.comments(call.database).delete(comment["id"])


@method("log.blogcomment.user.get", scope="log")
def get_of_user(call: Call) -> dict[str, Any]:
    """List a person's comments, the newest first, with their files; what the caller may not read has no text."""
    conditions: dict[str, Any] = {"=AUTHOR_ID": call.integer("USER_ID") or call.user_id}
    if call.has("FIRST_ID"):
        conditions[">id"] = call.integer("FIRST_ID")
    if call.has("LAST_ID"):
        conditions["<id"] = call.integer("LAST_ID")
    size = call.integer("LIMIT", _PAGE)
    limit = size if 0 < size <= _PAGE else _PAGE
    found, _ = posts.comments(call.database).query(conditions, {"id": "DESC"}, start=0, limit=limit)
    numbers = [number for comment in found for number in comment["FILES"]]
    return {"comments": [_row(call, comment) for comment in found], "files": attachments.describe(call, numbers)}


def _row(call: Call, comment: Record) -> dict[str, Any]:
    post = posts.collection(call.database).get(comment["POST_ID"])
    readable = post is not None and readers.may_read(call.database, post, call.user_id)
    return {
        "id": comment["id"],
        "comment_id": comment["id"],
        "log_id": comment["POST_ID"],
        "date": comment["DATE"],
        "text": comment["TEXT"] if readable else "",
        "attach": comment["FILES"],
    }
