"""`crm.item.details.configuration.*`: how the card of a record is arranged, for one person or for everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.arguments import to_integer
from bitrix_node.sandbox.crm.entity_types import EntityType, find_entity_type
from bitrix_node.sandbox.crm.stages import default_category
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.registry import Call, method

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Collection

_QUOTE = 7
_EVERYBODY = 0


@method("crm.item.details.configuration.get", scope="crm")
def layout_get(call: Call) -> list[dict[str, Any]] | None:
    """Fetch the sections of a card; None where nobody has arranged it."""
    layout = _layouts(call).first(**_place(call))
    return None if layout is None else layout["sections"]


@method("crm.item.details.configuration.set", scope="crm")
def layout_set(call: Call) -> bool:
    """Arrange a card."""
    place, sections = _place(call), _sections(call)
    layouts = _layouts(call)
    present = layouts.first(**place)
    if present is None:
        layouts.insert({**place, "sections": sections})
    else:
        layouts.update(present["id"], {"sections": sections})
    return True


@method("crm.item.details.configuration.reset", scope="crm")
def layout_reset(call: Call) -> bool:
    """Forget how a card was arranged."""
    layout = _layouts(call).first(**_place(call))
    if layout is not None:
        _layouts(call).delete(layout["id"])
    return True


@method("crm.item.details.configuration.forceCommonScopeForAll", scope="crm")
def layout_force_common(call: Call) -> bool:
    """Forget everybody's own arrangements of a card, so that all see the shared one."""
    kind = _kind(call)
    if not call.is_admin:
        raise _denied()
    for layout in _layouts(call).find(entityTypeId=kind.id, part=_part(call, kind)):
        if layout["userId"] != _EVERYBODY:
            _layouts(call).delete(layout["id"])
    return True


def _place(call: Call) -> dict[str, Any]:
    """Whose card of which kind of record is meant."""
    kind = _kind(call)
    owner = _EVERYBODY if call.text("scope", "P").upper() == "C" else call.integer("userId") or call.user_id
    if owner != call.user_id and not call.is_admin and not (owner == _EVERYBODY and call.method.endswith(".get")):
        raise _denied()
    return {"entityTypeId": kind.id, "part": _part(call, kind), "userId": owner}


def _kind(call: Call) -> EntityType:
    number = to_integer(call.value("entityTypeId"))
    if not number:
        raise RestError("", "Parameter 'entityTypeId' is not defined")
    kind = find_entity_type(call.database, number)
    if kind is None or kind.id == _QUOTE:
        name = kind.name if kind else number
        raise RestError("", f"The entity type '{name}' is not supported in current context.")
    return kind


def _part(call: Call, kind: EntityType) -> int:
    """The pipeline, or the kind of leads, that a card is arranged for."""
    extras = call.mapping("extras")
    if kind.has_categories:
        sent = to_integer(extras.get("categoryId", extras.get("dealCategoryId")))
        return default_category(call.database, kind) if sent is None else sent
    return to_integer(extras.get("leadCustomerType")) or 1


def _sections(call: Call) -> list[dict[str, Any]]:
    data = call.value("data")
    if isinstance(data, dict):
        raise RestError("", "The data must be indexed array.")
    if not isinstance(data, list):
        raise RestError("", "Parameter 'data' must be array.")
    if not data:
        raise RestError("", "There are no data to write.")
    return [_section(index, sent) for index, sent in enumerate(data)]


def _section(index: int, sent: Any) -> dict[str, Any]:
    section = sent if isinstance(sent, dict) else {}
    for name in ("name", "title"):
        if not section.get(name):
            raise RestError("", f"Section at index {index} does not have {name}.")
    if section.get("type") != "section":
        raise RestError(
            "", f"Section at index {index} have type {section.get('type')}. The expected type is 'section'."
        )
    elements = section.get("elements") or []
    return {
        "name": str(section["name"]),
        "title": str(section["title"]),
        "type": "section",
        "elements": [_element(index, place, element) for place, element in enumerate(elements)],
    }


def _element(section: int, index: int, sent: Any) -> dict[str, Any]:
    element = sent if isinstance(sent, dict) else {}
    if not element.get("name"):
        raise RestError("", f"Element at index {index} in section at index {section} does not have name.")
    shown = {"name": str(element["name"]), "optionFlags": str(to_integer(element.get("optionFlags")) or 0)}
    options = element.get("options")
    return {**shown, **({"options": options} if isinstance(options, dict) and options else {})}


def _layouts(call: Call) -> Collection:
    return call.database.collection("crm_card_layouts")


def _denied() -> RestError:
    return RestError("", "Access denied.")
