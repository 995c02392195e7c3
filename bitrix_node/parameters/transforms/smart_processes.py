"""Transforms for the settings of smart processes and for the cards of their items.

Classic flags of a smart process are Y and N, but those inside relations and linkedUserFields have to be the words true
and false: see crm.type.add. The card is a list of sections: see crm.item.details.configuration.set.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.parameters.errors import UnusableValue

if TYPE_CHECKING:
    from collections.abc import Callable

SIDES = ("parent", "child")
"""The two sides on which other kinds of record are linked to a smart process."""

USER_FIELDS = ("CALENDAR_EVENT|UF_CRM_CAL_EVENT", "TASKS_TASK|UF_CRM_TASK", "TASKS_TASK_TEMPLATE|UF_CRM_TASK")
"""The places outside the CRM where items of a smart process can be chosen."""

_TRUE = {"true", "y", "yes", "1"}
_FALSE = {"false", "n", "no", "0", ""}
_RELATIONS = 'links such as {"parent": [{"entityTypeId": 3, "isChildrenListEnabled": true}], "child": [4]}'
_SECTIONS = 'sections such as [{"name": "main", "title": "About", "elements": ["TITLE", "STAGE_ID"]}]'


def type_relations(value: Any) -> dict[str, list[dict[str, Any]]]:
    """The links of a smart process to other kinds of record; a number alone is the kind."""
    if not isinstance(value, dict) or not set(value) <= set(SIDES):
        raise UnusableValue(_RELATIONS)
    return {side: [_relation(entry) for entry in _list(entries, _RELATIONS)] for side, entries in value.items()}


def linked_user_fields(value: Any) -> dict[str, str]:
    """Where items can be chosen outside the CRM, from an object of flags or a list of the places."""
    flags = value if isinstance(value, dict) else dict.fromkeys(value, True) if isinstance(value, list) else {"": None}
    unknown = [str(name) for name in flags if name not in USER_FIELDS]
    if unknown:
        raise UnusableValue(f"an object whose keys are {', '.join(USER_FIELDS)}")
    return {name: _word(flag, "an object of true and false") for name, flag in flags.items()}


def card_sections(value: Any) -> list[dict[str, Any]]:
    """The sections of an item's card; a field may be its name alone, and a flag true or false."""
    sections = [_section(entry) for entry in _list(value, _SECTIONS)]
    if not sections:
        raise UnusableValue(_SECTIONS)
    return sections


def _relation(entry: Any) -> dict[str, Any]:
    given = entry if isinstance(entry, dict) else {"entityTypeId": entry}
    try:
        relation = {**given, "entityTypeId": int(given["entityTypeId"])}
    except (KeyError, TypeError, ValueError):
        raise UnusableValue(_RELATIONS) from None
    if "isChildrenListEnabled" in given:
        relation["isChildrenListEnabled"] = _word(given["isChildrenListEnabled"], _RELATIONS)
    return relation


def _section(entry: Any) -> dict[str, Any]:
    if not isinstance(entry, dict) or not entry.get("name") or not entry.get("title"):
        raise UnusableValue(_SECTIONS)
    elements = (
        {"elements": [_element(single) for single in _list(entry["elements"], _SECTIONS)]}
        if "elements" in entry
        else {}
    )
    return {"type": "section", **entry, **elements}


def _element(entry: Any) -> dict[str, Any]:
    given = entry if isinstance(entry, dict) else {"name": entry}
    if not isinstance(given.get("name"), str) or not given["name"]:
        raise UnusableValue(_SECTIONS)
    element = dict(given)
    if isinstance(element.get("optionFlags"), bool):
        element["optionFlags"] = int(element["optionFlags"])
    if isinstance(element.get("options"), dict):
        element["options"] = {
            name: str(option).lower() if isinstance(option, bool) else option
            for name, option in element["options"].items()
        }
    return element


def _list(value: Any, expected: str) -> list[Any]:
    if not isinstance(value, list):
        raise UnusableValue(expected)
    return value


def _word(flag: Any, expected: str) -> str:
    text = str(flag).strip().lower()
    if text not in _TRUE | _FALSE:
        raise UnusableValue(expected)
    return "true" if text in _TRUE else "false"


TRANSFORMS: dict[str, Callable[[Any], Any]] = {
    "cardSections": card_sections,
    "linkedUserFields": linked_user_fields,
    "typeRelations": type_relations,
}
