"""Documents: making them, filling them anew, and how they are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox import public_links, uploads
from bitrix_node.sandbox.arguments import to_integer
from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.crm.entity_types import find_entity_type
from bitrix_node.sandbox.crm.product_rows import rows_of
from bitrix_node.sandbox.documents import numbering, templates
from bitrix_node.sandbox.documents.filling import NUMBER, TITLE, Filling, make_files
from bitrix_node.sandbox.documents.record_data import RecordData
from bitrix_node.sandbox.errors import RestError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bitrix_node.sandbox.database import Record
    from bitrix_node.sandbox.documents.worlds import World
    from bitrix_node.sandbox.registry import Call

LISTED = (
    "id", "title", "number", "templateId", "provider", "value", "entityId", "entityTypeId", "fileId", "imageId",
    "pdfId", "createTime", "updateTime", "values", "createdBy", "updatedBy",
)  # fmt: skip
_CONVERSION_SECONDS = 1
_ONLY_REST, _ONLY_CRM = frozenset({"provider", "value"}), frozenset({"entityId", "entityTypeId"})
_NOTHING_TO_CHANGE = {
    "changeStampsEnabled": False,
    "changeStampsDisabledReason": "The template has no stamps and signatures",
    "changeQrCodeEnabled": False,
    "qrCodeEnabled": False,
    "changeQrCodeDisabledReason": "The template has no QR code",
}


def find(call: Call, world: World) -> Record:
    """The document that a call names.

    Raises:
        RestError: `100` when it names none, `0` for an unknown one.
    """
    number = to_integer(call.value("id"))
    if number is None:
        raise RestError("100", "Bitrix\\DocumentGenerator\\Document constructor must be is public")
    document = world.documents(call.database).get(number)
    if document is None:
        raise RestError("0", "Document not found")
    return document


def make(call: Call, world: World) -> Record:
    """Make a document from a template.

    Raises:
        RestError: what is missing, unknown or not permitted.
    """
    template = templates.find(call, world, "templateId")
    subject = _subject(call, world)
    if template["isDeleted"] == "Y":
        raise RestError("0", "Cannot create document on deleted template")
    values, moment = call.mapping("values"), timestamp(call.now)
    number = str(values.get(NUMBER) or _next(call, template))
    stamps = call.flag("stampsEnabled", default=not world.is_crm and template["withStamps"] == "Y")
    document: Record = {
        **subject,
        "templateId": template["id"],
        "number": number,
        "title": str(values.get(TITLE) or f"{template['name']} {number}"),
        "createTime": moment,
        "createdBy": call.user_id,
        "updatedBy": None,
        "stampsEnabled": stamps,
        "values": {"productsTableVariant": "", "_creationMethod": "rest", "stampsEnabled": stamps, **values},
        "descriptions": call.mapping("fields"),
    }
    document |= _written(call, template, document)
    return {"id": world.documents(call.database).insert(document), **document}


def change(call: Call, world: World, document: Record) -> Record:
    """Make a document anew with other values; its former files are gone."""
    stamps = call.flag("stampsEnabled", default=True)
    sent = call.mapping("values")
    changed = {**document, "updatedBy": call.user_id, "stampsEnabled": stamps}
    changed["values"] = {**document["values"], **sent, "stampsEnabled": stamps}
    changed["descriptions"] = {**document["descriptions"], **call.mapping("fields")}
    changed |= {"number": str(sent[NUMBER])} if sent.get(NUMBER) else {}
    changed |= {"title": str(sent[TITLE])} if sent.get(TITLE) else {}
    forget_files(call, document)
    changed |= _written(call, world.templates(call.database).get(document["templateId"]) or {}, changed)
    world.documents(call.database).update(document["id"], changed)
    return changed


def forget_files(call: Call, document: Record) -> None:
    """Destroy a document's files."""
    for kind in ("docx", "pdf"):
        uploads.forget(call.database, document[kind])


def filling(call: Call, document: Record, values: dict[str, Any]) -> Filling:
    """What a document is filled with, with some values in place of its own."""
    given = {**document["values"], **values}
    title, number = str(given.get(TITLE) or document["title"]), str(given.get(NUMBER) or document["number"])
    data = record_data(call, document.get("entityTypeId"), document.get("entityId"))
    return Filling(given, document["descriptions"], number, title, document["createTime"], data)


def record_data(call: Call, type_id: Any, item_id: Any) -> RecordData | None:
    """The data of a CRM record, or None when there is no such record."""
    kind = find_entity_type(call.database, to_integer(type_id) or 0)
    record = kind.collection(call.database).get(to_integer(item_id) or 0) if kind else None
    return RecordData(call.database, kind.id, record) if kind and record else None


def show(call: Call, world: World, document: Record, *, new: bool = False) -> dict[str, Any]:
    """A document as the methods about one of them write it; right after its making numbers are numbers."""
    keep_number: Callable[[Any], Any] = _same if new else _text
    row = {
        "title": document["title"],
        "number": document["number"],
        "id": keep_number(document["id"]),
        "createTime": document["createTime"],
        "createdBy": keep_number(document["createdBy"]),
        "updateTime": document["updateTime"],
        "updatedBy": document["updatedBy"],
        "stampsEnabled": document["stampsEnabled"],
        "isTransformationError": False,
        "values": document["values"],
        "templateId": str(document["templateId"]),
        "pullTag": f"TRANSFORMDOCUMENT{document['id']}",
        "publicUrl": public_url(call, world, document),
        **_addresses(call, world, document),
    }
    return row | (_of_record(call, document) if world.is_crm else _of_value(document))


def show_in_list(call: Call, world: World, document: Record, select: Iterable[str]) -> dict[str, Any]:
    """A document as a list writes it: the usual fields or those selected, and its addresses."""
    printed = uploads.number(call.database, document["pdf"]) if _is_printed(call, document) else None
    full = {**document, "fileId": uploads.number(call.database, document["docx"]), "pdfId": printed, "imageId": None}
    wanted, foreign = set(select) or {"*"}, _ONLY_REST if world.is_crm else _ONLY_CRM
    names = [name for name in LISTED if name not in foreign and ("*" in wanted or name in wanted or name == "id")]
    row = {name: _text(full.get(name)) for name in names}
    return row | {"stampsEnabled": document["stampsEnabled"], **_addresses(call, world, document)}


def public_kind(world: World) -> str:
    """The word under which public links of this world's documents are kept."""
    return f"document:{world.module}"


def public_url(call: Call, world: World, document: Record) -> str | None:
    """The public link of a document, or None while it has none."""
    path = public_links.known_path(call.database, public_kind(world), document["id"])
    return f"{call.portal}{path}" if path else None


def _subject(call: Call, world: World) -> Record:
    if not world.is_crm:
        value = call.text("value", required="0", message='Empty required parameter "value"')
        return {"value": value, "provider": "Bitrix\\DocumentGenerator\\DataProvider\\Rest"}
    type_id = call.integer("entityTypeId")
    if find_entity_type(call.database, type_id) is None:
        raise RestError("0", "No provider for entityTypeId")
    item_id = call.integer("entityId", required="0", message='Empty required parameter "value"')
    if record_data(call, type_id, item_id) is None:
        raise RestError("0", "Cannot create document")
    return {"entityTypeId": type_id, "entityId": item_id}


def _next(call: Call, template: Record) -> str:
    number = numbering.next_number(call.database, template["numeratorId"], call.now)
    if number is None:
        raise RestError("0", "Error getting next number")
    return number


def _written(call: Call, template: Record, document: Record) -> Record:
    files = make_files(call.database, templates.content(call, template), filling(call, document, {}))
    ready = call.now.timestamp() + _CONVERSION_SECONDS
    return {**files, "updateTime": timestamp(call.now), "printed_at": ready}


def _is_printed(call: Call, document: Record) -> bool:
    return bool(call.now.timestamp() >= document["printed_at"])


def _addresses(call: Call, world: World, document: Record) -> dict[str, str]:
    kinds = {"download": "docx", "pdf": "pdf"} if _is_printed(call, document) else {"download": "docx"}
    addresses = {}
    for name, kind in kinds.items():
        known: Any = kind
        addresses[f"{name}Url"] = world.page_url(call.portal, known, document["id"])
        addresses[f"{name}UrlMachine"] = world.machine_url(call.portal, known, document[kind])
    return addresses


def _of_record(call: Call, document: Record) -> dict[str, Any]:
    kind = find_entity_type(call.database, document["entityTypeId"])
    record = (kind.collection(call.database).get(document["entityId"]) if kind else None) or {}
    rows = rows_of(call.database, kind, document["entityId"]) if kind else []
    total = f"{record.get('opportunity') or 0:.2f}"
    products = {"currencyId": record.get("currencyId") or "", "totalSum": total, "totalRows": len(rows)}
    subject = {name: str(document[name]) for name in ("entityId", "entityTypeId")}
    return {**_NOTHING_TO_CHANGE, "products": products, **subject}


def _of_value(document: Record) -> dict[str, Any]:
    viewed = {"publicUrlView": {"time": document["viewed"]}} if document.get("viewed") else {}
    return {"value": document["value"], "provider": document["provider"], **viewed}


def _same(value: Any) -> Any:
    return value


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value
