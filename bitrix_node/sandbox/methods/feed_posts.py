"""`log.blogpost.*`: posts of the news feed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox import attachments
from bitrix_node.sandbox.arguments import is_true, to_integer
from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.feed import posts, readers
from bitrix_node.sandbox.fields import store_date
from bitrix_node.sandbox.registry import PAGE_SIZE, Call, Page, method

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Record

_ADD_ERROR = "SONET_CONTROLLER_LIVEFEED_BLOGPOST_ADD_ERROR"
_UPDATE_ERROR = "SONET_CONTROLLER_LIVEFEED_BLOGPOST_UPDATE_ERROR"
_LARGEST_PAGE = 200


@method("log.blogpost.add", scope="log")
def add(call: Call) -> int:
    """Write a post."""
    text = call.text("POST_MESSAGE").strip()
    if not text:
        raise RestError(_ADD_ERROR, "Blog post hasn't been added")
    recipients = _recipients(call) or [readers.EVERYONE]
    post: Record = {
        "AUTHOR_ID": posts.acting_user(call),
        "DETAIL_TEXT": text,
        "DATE_PUBLISH": timestamp(call.now),
        "DEST": recipients,
        "TAGS": posts.tag_ids(call.database, call.text("TAGS")),
        "FILES": _files(call, []),
        "CUSTOM": _custom_values(call),
        "BACKGROUND_CODE": call.text("BACKGROUND_CODE"),
        "READERS": [],
        **posts.heading(call.text("POST_TITLE").strip(), text),
    }
    return posts.collection(call.database).insert(post)


@method("log.blogpost.get", scope="log")
def get(call: Call) -> Page:
    """List the posts that the caller may read, the newest first; by pages, or before or after an id."""
    conditions: dict[str, Any] = {"@id": _readable(call)}
    if call.has("POST_ID"):
        conditions["=id"] = call.integer("POST_ID")
    conditions |= {f"{sign}DATE_PUBLISH": moment for sign, moment in _period(call).items()}
    found = posts.collection(call.database)
    if call.has("FIRST_ID") or call.has("LAST_ID"):
        forward = call.has("FIRST_ID")
        conditions |= {">id": call.integer("FIRST_ID")} if forward else {"<id": call.integer("LAST_ID")}
        size = call.integer("LIMIT") if call.integer("LIMIT") > 0 else PAGE_SIZE
        order, start, limit = {"id": "ASC" if forward else "DESC"}, 0, min(size, _LARGEST_PAGE)
        rows, _ = found.query(conditions, order, start=start, limit=limit)
        return Page([posts.row(call.database, post) for post in rows])
    rows, total = found.query(conditions, {"id": "DESC"}, start=call.start, limit=PAGE_SIZE)
    return call.page([posts.row(call.database, post) for post in rows], total)


@method("log.blogpost.update", scope="log")
def update(call: Call) -> int:
    """Change a post; a text without a title beside it takes the post's title away."""
    if call.integer("POST_ID") <= 0:
        raise RestError(_UPDATE_ERROR, "Wrong post ID")
    post = posts.collection(call.database).get(call.integer("POST_ID"))
    if post is None:
        raise RestError(_UPDATE_ERROR, "No post found")
    if not _may_write(call, post):
        raise RestError(_UPDATE_ERROR, "No write perms")
    title, text = call.text("POST_TITLE").strip(), call.text("POST_MESSAGE").strip()
    if not title and not text:
        raise RestError("EMPTY_TITLE", "Message title is not specified.")
    changes: Record = posts.heading(title, text) | {"FILES": _files(call, post["FILES"])}
    changes |= {"DETAIL_TEXT": text} if text else {}
    changes["CUSTOM"] = {**post["CUSTOM"], **_custom_values(call)}
    recipients = _recipients(call)
    changes |= {"DEST": recipients} if recipients else {}
    posts.collection(call.database).update(post["id"], changes)
    return int(post["id"])


@method("log.blogpost.delete", scope="log")
def delete(call: Call) -> bool:
    """Remove a post with its comments."""
    post = posts.collection(call.database).get(call.integer("POST_ID"))
    if post is None:
        raise RestError("100", "Wrong post ID")
    if not _may_write(call, post):
        raise RestError("403", "You do not have permission to delete this message")
    comments = posts.comments(call.database)
    for comment in comments.find(POST_ID=post["id"]):
        comments.delete(comment["id"])
    return posts.collection(call.database).delete(post["id"])


@method("log.blogpost.share", scope="log")
def share(call: Call) -> bool:
    """Let more people read a post."""
    post = _post(call)
    recipients = readers.valid_codes(call.database, call.sequence("DEST"))
    if not recipients:
        raise RestError("", "Wrong destinations")
    if not (_may_write(call, post) or readers.may_read(call.database, post, posts.acting_user(call))):
        raise RestError("", "No read perms")
    changes = {"DEST": list(dict.fromkeys([*post["DEST"], *recipients]))}
    return posts.collection(call.database).update(post["id"], changes)


@method("log.blogpost.getusers.important", scope="log")
def important_readers(call: Call) -> list[str]:
    """Name the people who have confirmed that they read an important post."""
    return [str(user_id) for user_id in _post(call)["READERS"]]


def _post(call: Call) -> Record:
    post = posts.collection(call.database).get(call.integer("POST_ID"))
    if post is None:
        raise RestError("", "Wrong post ID")
    return post


def _may_write(call: Call, post: Record) -> bool:
    return call.is_admin or post["AUTHOR_ID"] == call.user_id


def _recipients(call: Call) -> list[str]:
    sent = call.sequence("DEST") or call.sequence("SPERM")
    recipients = readers.valid_codes(call.database, sent)
    if recipients is None:
        raise RestError(_ADD_ERROR if call.method.endswith("add") else _UPDATE_ERROR, "No destination specified")
    return recipients


def _readable(call: Call) -> list[int]:
    """The ids of the posts that the caller may read and that are for those whom the call names; never empty."""
    own = readers.codes_of(call.database, call.user_id)
    wanted = {str(code).upper() for code in call.sequence("LOG_RIGHTS")}
    found = [
        int(post["id"])
        for post in posts.collection(call.database).all()
        if post["AUTHOR_ID"] == call.user_id or not own.isdisjoint(post["DEST"])
        if not wanted or not wanted.isdisjoint(post["DEST"])
    ]
    return found or [0]


def _period(call: Call) -> dict[str, str]:
    sent = {">=": call.text("LOG_DATE_FROM"), "<=": call.text("LOG_DATE_TO")}
    try:
        return {sign: store_date(moment) for sign, moment in sent.items() if moment}
    except ValueError as problem:
        raise RestError("", "Incorrect date") from problem


def _files(call: Call, present: list[int]) -> list[int]:
    """Numbers of the files after what `FILES` and `UF_BLOG_POST_FILE` ask for."""
    sent = call.value("FILES")
    named = sent if isinstance(sent, dict) else {}
    gone = {to_integer(number) for number, word in named.items() if word == "del"}
    added = [] if gone else attachments.keep(call, sent or [], "ERROR_CORE")
    if call.has("UF_BLOG_POST_FILE"):
        present = attachments.keep(call, call.sequence("UF_BLOG_POST_FILE"), "ERROR_CORE")
    return [number for number in present if number not in gone] + added


def _custom_values(call: Call) -> dict[str, Any]:
    values = {
        name.upper(): value
        for name, value in call.arguments.items()
        if name.upper().startswith("UF_") and name.upper() != "UF_BLOG_POST_FILE"
    }
    if call.has("IMPORTANT"):
        values["UF_BLOG_POST_IMPRTNT"] = int(is_true(call.value("IMPORTANT")))
    if call.has("IMPORTANT_DATE_END"):
        values["UF_IMPRTANT_DATE_END"] = call.text("IMPORTANT_DATE_END")
    return values
