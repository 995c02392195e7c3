"""`userfieldconfig.*`: custom fields of CRM records, smart processes and other modules, in camelCase."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.arguments import to_integer
from bitrix_node.sandbox.binding import bound_mapping, bound_text
from bitrix_node.sandbox.crm.custom_field_values import delete_custom_field
from bitrix_node.sandbox.crm.entity_types import all_entity_types
from bitrix_node.sandbox.custom_fields.store import LABELS, add_custom_field, change_custom_field, custom_field_rows
from bitrix_node.sandbox.custom_fields.types import languages, modules, titles
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.families import family
from bitrix_node.sandbox.fields import upper_name
from bitrix_node.sandbox.registry import Call, Page, method

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Record

FIELDS = family("custom_field")
_CRM_ENTITIES = ("CRM_INVOICE", "CRM_REQUISITE", "CRM_ORDER")
_SPECIAL = {"enum": "LIST"}
_TEXT_LABELS = frozenset(LABELS)


@method("userfieldconfig.getTypes", scope="userfieldconfig")
def field_types(call: Call) -> dict[str, Any]:
    """List the types of custom fields."""
    _module(call)
    return {"types": {code: {"userTypeId": code, "description": title} for code, title in titles().items()}}


@method("userfieldconfig.get", scope="userfieldconfig")
def field_get(call: Call) -> dict[str, Any]:
    """Fetch the settings of a field with its labels and choices."""
    row = _found(call, "You do not have permission to view user field settings")
    return {"field": _shown(row, labels=None)}


@method("userfieldconfig.list", scope="userfieldconfig")
def field_list(call: Call) -> Page:
    """List the fields of a module; labels come in the one language that `select` asks for."""
    prefix = modules()[_module(call)]
    select = call.mapping("select")
    language = select.pop("language", None)
    rows, total = FIELDS.query(
        call,
        conditions={**call.mapping("filter"), "=%entityId": f"{prefix}%"},
        order=call.mapping("order"),
        field_name=_stored_name,
    )
    wanted = {str(name) for name in select.values()}
    everything = not wanted or "*" in wanted
    shown = [_listed(row, language) for row in rows]
    result = [row if everything else {name: row[name] for name in row if name in wanted} for row in shown]
    return call.page([], total, {"fields": result})


@method("userfieldconfig.add", scope="userfieldconfig")
def field_add(call: Call) -> dict[str, Any]:
    """Give an entity a new field."""
    module = _module(call)
    if not call.is_admin:
        raise RestError("", "Access denied")
    sent = _sent(call)
    for name in ("USER_TYPE_ID", "FIELD_NAME"):
        if not sent.get(name):
            raise RestError("", f"The '{name}' field is not found.")
    entity, name = str(sent.get("ENTITY_ID") or ""), str(sent["FIELD_NAME"])
    if not _is_entity(call, module, entity) or not name.startswith(f"UF_{entity}_"):
        raise RestError("", "You cannot create custom fields")
    if custom_field_rows(call.database).first(ENTITY_ID=entity, FIELD_NAME=name) is not None:
        raise RestError("", f"Field {name} for object {entity} already exists")
    return {"field": _shown(add_custom_field(call.database, entity, name, sent), labels=None)}


@method("userfieldconfig.update", scope="userfieldconfig")
def field_update(call: Call) -> dict[str, Any]:
    """Change the settings of a field; its choices only when the type is named along with them."""
    refusal = "You cannot change the settings of the user field"
    row = _found(call, refusal)
    if not call.is_admin:
        raise RestError("", refusal)
    sent = _sent(call) if call.value("field") else {}
    if sent.get("USER_TYPE_ID") != row["USER_TYPE_ID"]:
        sent.pop("LIST", None)
    return {"field": _shown(change_custom_field(call.database, row, sent), labels=None)}


@method("userfieldconfig.delete", scope="userfieldconfig")
def field_delete(call: Call) -> None:
    """Delete a field with its values."""
    refusal = "You cannot delete the user field"
    row = _found(call, refusal)
    if not call.is_admin:
        raise RestError("", refusal)
    delete_custom_field(call.database, row)


def _module(call: Call) -> str:
    module = bound_text(call, "moduleId")
    if module not in modules():
        raise RestError("", "No settings for UserFieldAccess")
    if module not in call.caller.scopes:
        raise RestError("", f"The current method required more scopes. ({module})")
    return module


def _is_entity(call: Call, module: str, entity: str) -> bool:
    if module != "crm":
        return entity.startswith(modules()[module]) and entity.removeprefix(modules()[module]).isdigit()
    return entity in _CRM_ENTITIES or any(kind.user_fields == entity for kind in all_entity_types(call.database))


def _found(call: Call, refusal: str) -> Record:
    """The field of the module; one of another module is as unknown as one that was deleted."""
    prefix = modules()[_module(call)]
    row = custom_field_rows(call.database).get(to_integer(call.value("id")) or 0)
    if row is None or not row["ENTITY_ID"].startswith(prefix):
        raise RestError("", refusal)
    return row


def _sent(call: Call) -> dict[str, Any]:
    sent = {_SPECIAL.get(name, upper_name(name)): value for name, value in bound_mapping(call, "field").items()}
    choices = sent.get("LIST")
    rows = list(choices.values()) if isinstance(choices, Mapping) else choices
    if isinstance(rows, list):
        sent["LIST"] = [
            {upper_name(name): value for name, value in row.items()} for row in rows if isinstance(row, Mapping)
        ]
    return sent


def _listed(row: Record, language: Any) -> dict[str, Any]:
    """A field of a list: labels in one language or not at all, and never the choices."""
    shown = _shown(row, labels=[str(language)] if language else [])
    shown.pop("enum", None)
    return shown


def _shown(row: Record, labels: list[str] | None) -> dict[str, Any]:
    """The settings in camelCase, with labels in these languages; None for all that have one."""
    spoken = [code for code in languages() if any(row[label].get(code) for label in LABELS)]
    chosen = spoken if labels is None else labels
    shown: dict[str, Any] = {"id": str(row["id"])}
    for name in FIELDS.fields:
        if name in ("ID", "LIST") or (name in _TEXT_LABELS and not chosen):
            continue
        if name in _TEXT_LABELS:
            shown.setdefault("languageId", {code: code for code in chosen})
            shown[_camel(name)] = {code: row[name].get(code) or None for code in chosen}
        else:
            value = row[name]
            shown[_camel(name)] = str(value) if isinstance(value, int) else value
    if row["USER_TYPE_ID"] == "enumeration":
        shown["enum"] = [_choice(row, choice) for choice in row["LIST"]]
    return shown


def _choice(row: Record, choice: Record) -> dict[str, str]:
    texts = {_camel(name): str(choice[name]) for name in ("ID", "VALUE", "DEF", "SORT", "XML_ID")}
    return {"id": texts.pop("id"), "userFieldId": str(row["id"]), **texts}


def _stored_name(name: str) -> str:
    return "id" if name == "id" else FIELDS.field_name(upper_name(name))


def _camel(name: str) -> str:
    first, *others = name.lower().split("_")
    return first + "".join(word.capitalize() for word in others)
