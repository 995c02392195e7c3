"""`crm.<entity>.userfield.*`: custom fields of CRM records, and `crm.userfield.*`, what they can be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.arguments import to_integer
from bitrix_node.sandbox.crm.custom_field_values import delete_custom_field
from bitrix_node.sandbox.custom_fields.store import (
    LABELS,
    add_custom_field,
    change_custom_field,
    custom_field_rows,
)
from bitrix_node.sandbox.custom_fields.types import settings_of, titles
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.families import family
from bitrix_node.sandbox.registry import Call, Page, method

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitrix_node.sandbox.database import Record

ENTITIES = ("lead", "deal", "contact", "company", "quote", "invoice", "requisite")
FIELDS = family("custom_field")


def field_add(call: Call, entity: str) -> int:
    """Give records a new field and answer its id."""
    _require_administrator(call)
    sent = _sent(call)
    for name in ("USER_TYPE_ID", "FIELD_NAME"):
        if not sent.get(name):
            raise RestError("", f"The '{name}' field is not found.")
    return int(add_custom_field(call.database, entity, _full_name(str(sent["FIELD_NAME"])), sent)["id"])


def field_get(call: Call, entity: str) -> dict[str, Any]:
    """Fetch the settings of a field, with its labels in every language."""
    return _shown(_found(call, entity), labels=True)


def field_list(call: Call, entity: str) -> Page:
    """List the fields of an entity; labels are shown in the language that `filter` asks for."""
    for name in ("order", "filter"):
        if not isinstance(call.value(name, {}), (dict, list)):
            raise RestError("", f"Parameter '{name}' must be array.")
    conditions = {name.upper(): value for name, value in call.mapping("filter").items()}
    language = conditions.pop("LANG", None)
    rows, total = custom_field_rows(call.database).query(
        {**conditions, "=ENTITY_ID": entity},
        call.mapping("order") or {"SORT": "ASC"},
        limit=-1,
        field_name=FIELDS.field_name,
    )
    shown = [_shown(row, labels=False) for row in rows]
    if language is not None:
        for row, entry in zip(rows, shown, strict=True):
            entry |= {label: row[label].get(str(language)) or None for label in LABELS}
    return Page(shown, total)


def field_update(call: Call, entity: str) -> bool:
    """Change the settings of a field."""
    _require_administrator(call)
    sent, row = _sent(call), _found(call, entity)
    change_custom_field(call.database, row, sent)
    return True


def field_delete(call: Call, entity: str) -> bool:
    """Delete a field with its values."""
    _require_administrator(call)
    delete_custom_field(call.database, _found(call, entity))
    return True


OPERATIONS: dict[str, Callable[[Call, str], Any]] = {
    "add": field_add,
    "get": field_get,
    "list": field_list,
    "update": field_update,
    "delete": field_delete,
}


def _declare(entity: str, operation: str) -> None:
    name, function = f"CRM_{entity.upper()}", OPERATIONS[operation]
    method(f"crm.{entity}.userfield.{operation}", scope="crm")(lambda call: function(call, name))


for _entity in ENTITIES:
    for _operation in OPERATIONS:
        _declare(_entity, _operation)


@method("crm.userfield.types", scope="crm")
def field_types(_call: Call) -> list[dict[str, str]]:
    """List the types of custom fields."""
    return [{"ID": code, "title": title} for code, title in titles().items()]


@method("crm.userfield.settings.fields", scope="crm")
def settings_fields(call: Call) -> dict[str, Any]:
    """Document the settings that a type of field has."""
    kind = call.text("type", required="", message="Parameter 'type' is not specified or empty.")
    if kind not in titles():
        return {}
    return {name: {"type": entry["type"], "title": entry["title"]} for name, entry in settings_of(kind).items()}


@method("crm.userfield.fields", scope="crm")
def field_fields(_call: Call) -> dict[str, Any]:
    """Document the settings that every field has."""
    return _described("custom_field")


@method("crm.userfield.enumeration.fields", scope="crm")
def choice_fields(_call: Call) -> dict[str, Any]:
    """Document the choices of a list."""
    return _described("custom_field_choice")


def _described(name: str) -> dict[str, Any]:
    marks = {"read_only": "isReadOnly", "immutable": "isImmutable", "multiple": "isMultiple"}
    return {
        field.name: {
            "type": "int" if field.type == "integer" else field.type,
            "title": field.title,
            **{shown: True for attribute, shown in marks.items() if getattr(field, attribute)},
        }
        for field in family(name).fields.values()
    }


def _shown(row: Record, *, labels: bool) -> dict[str, Any]:
    shown = {name: value for name, value in FIELDS.show(row).items() if labels or name not in LABELS}
    if row["USER_TYPE_ID"] != "enumeration":
        shown.pop("LIST")
        return shown
    return shown | {"LIST": [{name: _text(value) for name, value in choice.items()} for choice in row["LIST"]]}


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, int) else value


def _full_name(name: str) -> str:
    upper = name.strip().upper()
    if upper.startswith("UF_CRM_"):
        return upper
    return "UF_CRM_" + upper.removeprefix("UF_")


def _sent(call: Call) -> dict[str, Any]:
    if not isinstance(call.value("fields"), (dict, list)):
        raise RestError("", "Parameter 'fields' must be array.")
    return {name.upper(): value for name, value in call.mapping("fields").items()}


def _found(call: Call, entity: str) -> Record:
    number = to_integer(call.value("id"))
    if not number or number < 0:
        raise RestError("", "ID is not defined or invalid.")
    row = custom_field_rows(call.database).get(number)
    if row is None:
        raise RestError("ERROR_NOT_FOUND", f"The entity with ID '{number}' is not found.")
    if row["ENTITY_ID"] != entity:
        raise RestError("", "Access denied.")
    return row


def _require_administrator(call: Call) -> None:
    if not call.is_admin:
        raise RestError("", "Access denied.")
