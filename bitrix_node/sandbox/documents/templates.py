"""Templates: their records, who may use them, and how they are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox import uploads
from bitrix_node.sandbox.arguments import to_integer
from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.disk.visitor import FILE, Visitor
from bitrix_node.sandbox.documents import docx
from bitrix_node.sandbox.errors import RestError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bitrix_node.sandbox.database import Record
    from bitrix_node.sandbox.documents.worlds import World
    from bitrix_node.sandbox.registry import Call

LISTED = (
    "id", "active", "name", "code", "region", "sort", "createTime", "updateTime", "createdBy", "updatedBy", "moduleId",
    "numeratorId", "withStamps", "isDeleted",
)  # fmt: skip
_OPTIONAL = ("users", "providers", "entityTypeId")
_SHOWN = (
    "id", "name", "region", "code", "active", "moduleId", "numeratorId", "withStamps", "isDeleted", "sort",
    "createTime", "updateTime",
)  # fmt: skip
_FLAGS, _TEXTS, _NUMBERS = ("active", "withStamps"), ("name", "region", "code"), ("numeratorId", "sort")
_REST_LIST_ONLY = {
    "bodyType": "Bitrix\\DocumentGenerator\\Body\\Docx",
    "productsTableVariant": "",
    "isDefault": "N",
}


def find(call: Call, world: World, name: str = "id") -> Record:
    """The template that a call names, when the caller may use it.

    Raises:
        RestError: `100` when it names none, `0` for an unknown one, `DOCGEN_ACCESS_ERROR` for one of others.
    """
    number = to_integer(call.value(name))
    if number is None:
        raise RestError("100", "Bitrix\\DocumentGenerator\\Template constructor must be is public")
    template = world.templates(call.database).get(number)
    if template is None:
        raise RestError("0", "Template not found")
    if not may_use(call, template):
        raise RestError("DOCGEN_ACCESS_ERROR", "Access denied", world.denied_status)
    return template


def may_use(call: Call, template: Record) -> bool:
    """Whether the access codes of a template let the caller in; administrators always are."""
    user = call.database.collection("users").get(call.user_id) or {}
    codes = {"UA", "AU", f"U{call.user_id}", f"IU{call.user_id}"}
    codes |= {f"{kind}{number}" for kind in ("D", "DR") for number in user.get("UF_DEPARTMENT") or []}
    return call.is_admin or bool(codes & set(template["users"]))


def cleaned(call: Call, world: World, sent: dict[str, Any], *, new: bool) -> Record:
    """What a call wants stored of a template.

    Raises:
        RestError: `0` for a file that is missing or no Word file.
    """
    moment = timestamp(call.now)
    record: Record = {"updateTime": moment, "updatedBy": call.user_id}
    if new:
        record |= {"createTime": moment, "createdBy": call.user_id, "moduleId": world.module, "isDeleted": "N"}
        record |= {"active": "Y", "withStamps": "N", "sort": 500, "code": None, "users": [f"U{call.user_id}"]}
        record |= {"updatedBy": None} if world.is_crm else {}
    record |= {name: str(sent[name]) for name in _TEXTS if sent.get(name) not in (None, "")}
    record |= {name: to_integer(sent[name]) or 0 for name in _NUMBERS if name in sent}
    record |= {name: "Y" if str(sent[name]).upper() == "Y" else "N" for name in _FLAGS if name in sent}
    record |= {"users": codes} if (codes := _list(sent.get("users"))) else {}
    record |= {"entityTypeId": kinds} if world.is_crm and (kinds := _list(sent.get("entityTypeId"))) else {}
    return record | _file(call, world, sent, new=new)


def content(call: Call, template: Record) -> bytes:
    """The bytes of a template's file."""
    found = uploads.read(call.database, uploads.token(template["file"]))
    return found[1] if found else b""


def show(call: Call, world: World, template: Record) -> dict[str, Any]:
    """A template as the methods about one of them write it."""
    row = {name: _text(template.get(name)) for name in _SHOWN} | _addresses(call, world, template)
    row["users"] = {code: code for code in template["users"]}
    if world.is_crm:
        return row | {"entityTypeId": template["entityTypeId"]}
    return row | {"providers": {world.provider: world.provider}}


def show_in_list(call: Call, world: World, template: Record, select: Iterable[str]) -> dict[str, Any]:
    """A template as a list writes it: the usual fields or those selected, and its addresses."""
    known = {**template, "providers": [world.provider]}
    row = {name: _text(template.get(name)) for name in LISTED}
    if not world.is_crm:
        row |= {"fileId": _text(uploads.number(call.database, template["file"])), **_REST_LIST_ONLY}
    wanted = set(select) or {"*"}
    if "*" not in wanted:
        row = {name: row[name] for name in row if name in wanted or name == "id"}
    row |= {name: known[name] for name in _OPTIONAL if name in wanted and name in known}
    return row | _addresses(call, world, template)


def _addresses(call: Call, world: World, template: Record) -> dict[str, str]:
    return {
        "download": world.page_url(call.portal, "template", template["id"]),
        "downloadMachine": world.machine_url(call.portal, "template", template["file"]),
    }


def _file(call: Call, world: World, sent: dict[str, Any], *, new: bool) -> Record:
    number = to_integer(sent.get("fileId")) if not world.is_crm else None
    if sent.get("file") in (None, "", []) and number is None:
        if new:
            raise RestError("0", "Missing file content")
        return {}
    try:
        name, data = _from_drive(call, number) if number is not None else _sent_file(sent["file"])
        docx.fields(data)
    except ValueError as problem:
        raise RestError("0", "Could not save file") from problem
    return {"file": uploads.keep(call.database, name, data)}


def _sent_file(sent: Any) -> tuple[str, bytes]:
    return uploads.decode(["template.docx", sent] if isinstance(sent, str) else sent)


def _from_drive(call: Call, number: int) -> tuple[str, bytes]:
    file = Visitor.of(call).object(number, FILE)
    return file["NAME"], call.database.blobs.get(file["FILE_ID"]) or b""


def _list(sent: Any) -> list[str]:
    entries = list(sent.values()) if isinstance(sent, dict) else sent if isinstance(sent, list) else []
    return [str(entry) for entry in entries]


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, int) else value
