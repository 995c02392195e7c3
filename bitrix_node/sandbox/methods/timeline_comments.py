"""`crm.timeline.comment.*`: comments in the timeline of CRM records, with files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox import attachments
from bitrix_node.sandbox.arguments import to_integer
from bitrix_node.sandbox.binding import bound_integer, bound_mapping
from bitrix_node.sandbox.crm.owners import Owner, require_owner, type_number
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.families import family
from bitrix_node.sandbox.registry import Call, Page, method
from bitrix_node.sandbox.timeline import entries

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Record

COMMENTS = family("timeline_comment")
_SORTABLE = ("ID", "CREATED", "AUTHOR_ID")


@method("crm.timeline.comment.add", scope="crm")
def comment_add(call: Call) -> int:
    """Write a comment."""
    fields = _fields(call)
    for name in ("ENTITY_ID", "ENTITY_TYPE"):
        if fields.get(name) in (None, ""):
            raise RestError("100", f"Could not find value for parameter {{{name}}}")
    owner = require_owner(call.database, type_number(fields["ENTITY_TYPE"]), fields["ENTITY_ID"])
    values = {"COMMENT": _text(fields), "FILES": _files(call, fields)}
    author = to_integer(fields.get("AUTHOR_ID"))
    return int(entries.add(call, entries.COMMENT, owner, values | ({"AUTHOR_ID": author} if author else {}))["id"])


@method("crm.timeline.comment.get", scope="crm")
def comment_get(call: Call) -> dict[str, Any]:
    """Fetch a comment."""
    comment_id = to_integer(call.value("id")) or 0
    if comment_id < 1:
        raise RestError("", "ID is not defined or invalid.")
    comment = entries.find(call.database, entries.COMMENT, comment_id)
    if comment is None:
        raise RestError("", "Not found.")
    return _shown(call, comment, next(iter(entries.owners_of(call.database, comment_id)), None))


@method("crm.timeline.comment.list", scope="crm")
def comment_list(call: Call) -> Page:
    """List the comments of a record."""
    conditions = {name.upper(): value for name, value in call.mapping("filter").items()}
    owner = _listed_owner(call, conditions)
    order = {name: way for name, way in call.mapping("order").items() if name.upper() in _SORTABLE}
    rows, total = entries.entries(call.database).query(
        {**conditions, "@id": entries.entries_of(call.database, owner), "=KIND": entries.COMMENT},
        order,
        start=call.start,
        field_name=_stored_name,
    )
    select = [str(name).upper() for name in call.sequence("select")]
    return call.page([_shown(call, row, owner, select) for row in rows], total)


@method("crm.timeline.comment.update", scope="crm")
def comment_update(call: Call) -> int:
    """Change the text or the files of a comment."""
    comment, fields = _found(call), _fields(call)
    changes: Record = {"COMMENT": _text(fields)} if "COMMENT" in fields else {}
    if "FILES" in fields:
        changes["FILES"] = _files(call, fields)
    entries.entries(call.database).update(comment["id"], changes)
    return int(comment["id"])


@method("crm.timeline.comment.delete", scope="crm")
def comment_delete(call: Call) -> None:
    """Remove a comment; one that stands on several records only for an owner that is named."""
    comment = _found(call)
    several = len(entries.owners_of(call.database, comment["id"])) > 1
    if several and not call.integer("ownerId"):
        raise RestError("MULTIPLE_BINDINGS", "The comment stands on several records: name one of them")
    entries.remove(call.database, comment["id"])


@method("crm.timeline.comment.fields", scope="crm")
def comment_fields(_call: Call) -> dict[str, Any]:
    """Document the fields of comments."""
    return COMMENTS.describe()


def _fields(call: Call) -> dict[str, Any]:
    return {name.upper(): value for name, value in bound_mapping(call, "fields").items()}


def _text(fields: dict[str, Any]) -> str:
    text = str(fields.get("COMMENT") or "")
    if not text.strip():
        raise RestError("INVALID_ARG_VALUE", "A comment needs a text")
    return text


def _files(call: Call, fields: dict[str, Any]) -> list[int]:
    return attachments.keep(call, fields.get("FILES") or [], "INVALID_ARG_VALUE")


def _found(call: Call) -> Record:
    """The comment that is named, on the record that is named, where one is."""
    comment = entries.find(call.database, entries.COMMENT, bound_integer(call, "id"))
    if comment is None:
        raise RestError("NOT_FOUND", "Element not found")
    if call.integer("ownerTypeId") or call.integer("ownerId"):
        owner = require_owner(call.database, call.value("ownerTypeId"), call.value("ownerId"))
        if owner not in entries.owners_of(call.database, comment["id"]):
            raise RestError("NOT_FOUND", "Element not found")
    return comment


def _listed_owner(call: Call, conditions: dict[str, Any]) -> Owner:
    """Take the record out of the filter."""
    named = {
        name: conditions.pop(name, None) or conditions.pop(f"={name}", None) for name in ("ENTITY_ID", "ENTITY_TYPE")
    }
    owner = Owner(type_number(named["ENTITY_TYPE"]) or 0, to_integer(named["ENTITY_ID"]) or 0)
    if not owner.exists(call.database):
        raise RestError("", "Access denied")
    return owner


def _stored_name(name: str) -> str:
    lowered = name.upper()
    if lowered not in COMMENTS.fields and name != "KIND" and lowered != "ID":
        raise RestError("", f"There is no field {name}")
    return "id" if lowered == "ID" else lowered


def _shown(call: Call, comment: Record, owner: Owner | None, select: list[str] | None = None) -> dict[str, Any]:
    place = {"ENTITY_ID": owner.id, "ENTITY_TYPE": owner.type_name} if owner else {}
    row = COMMENTS.show({**comment, **place}, select)
    if "FILES" in row:
        row["FILES"] = attachments.describe(call, comment["FILES"]) or []
    return row
