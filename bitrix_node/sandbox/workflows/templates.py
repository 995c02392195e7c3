"""Templates of workflows: made from files, found, shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox import uploads
from bitrix_node.sandbox.arguments import to_integer
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.workflows import documents, template_files
from bitrix_node.sandbox.workflows.listing import Listing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitrix_node.sandbox.database import Collection, Database, Record
    from bitrix_node.sandbox.registry import Call

_MOST_AUTOMATIC = 3

LISTING = Listing(
    collection="bizproc_templates",
    fields=(
        "ID",
        "MODULE_ID",
        "ENTITY",
        "DOCUMENT_TYPE",
        "AUTO_EXECUTE",
        "NAME",
        "DESCRIPTION",
        "TEMPLATE",
        "PARAMETERS",
        "VARIABLES",
        "CONSTANTS",
        "MODIFIED",
        "IS_MODIFIED",
        "USER_ID",
        "SYSTEM_CODE",
    ),
    shown=("ID",),
    order={"ID": "ASC"},
    stored={"ID": "id"},
)


def collection(database: Database) -> Collection:
    """The stored templates."""
    return database.collection(LISTING.collection)


def find(database: Database, template_id: int) -> Record | None:
    """The template with this id, or None."""
    return collection(database).get(template_id)


def values(call: Call, sent: Mapping[str, Any], *, new: bool) -> Record:
    """The fields of a template in their stored form.

    Args:
        call: the call that sends them.
        sent: by name, in any case.
        new: whether the template is being made: type, name and file are required.

    Raises:
        RestError: one is missing, or of no use.
    """
    named = {name.upper(): value for name, value in sent.items()}
    found: Record = _type(call, named.get("DOCUMENT_TYPE")) if new else {}
    if (new or "NAME" in named) and not named.get("NAME"):
        raise _invalid("Empty template name!")
    found |= {name: str(named[name]) for name in ("NAME", "DESCRIPTION") if name in named}
    if "AUTO_EXECUTE" in named:
        found["AUTO_EXECUTE"] = _automatic(named["AUTO_EXECUTE"])
    if new or "TEMPLATE_DATA" in named:
        found |= _parts(named.get("TEMPLATE_DATA"))
    return found


def nothing_to_change() -> RestError:
    """An update names no field that could be changed."""
    return _invalid("No fields to update.")


def _type(call: Call, sent: Any) -> Record:
    parts = list(sent.values()) if isinstance(sent, dict) else sent
    if not isinstance(parts, list) or not documents.is_type(call.database, parts):
        raise _invalid("Incorrect field DOCUMENT_TYPE!")
    return dict(zip(("MODULE_ID", "ENTITY", "DOCUMENT_TYPE"), parts, strict=True))


def _automatic(sent: Any) -> int:
    number = to_integer(sent)
    if number is None or not 0 <= number <= _MOST_AUTOMATIC:
        raise _invalid("Incorrect field AUTO_EXECUTE!")
    return number


def _parts(sent: Any) -> Record:
    try:
        _name, content = uploads.decode(sent)
        return template_files.unpack(content)
    except ValueError as problem:
        raise _invalid("Incorrect field TEMPLATE_DATA!") from problem


def _invalid(text: str) -> RestError:
    return RestError("ERROR_TEMPLATE_VALIDATION_FAILURE", text)
