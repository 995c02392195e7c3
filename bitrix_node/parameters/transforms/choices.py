"""Choices by their names: stages, sources and entries of custom lists, as people know them, for the codes of the API.

The names are those of crm.item.fields (`items` of an enumeration, `statusType` of a directory) and crm.status.list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.parameters.errors import UnusableValue
from bitrix_node.parameters.values import Pending

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

MOST_NAMED = 12
"""How many choices a message lists."""

Described = dict[str, dict[str, Any]]
Statuses = list[dict[str, Any]]


def named_choices(value: Any) -> dict[str, Any]:
    """Fields with the codes of choices that were given by name.

    Args:
        value: `fields` to write and, where names are to be understood, `described` (crm.item.fields) and `statuses`
            (crm.status.list).

    Raises:
        UnusableValue: for a name that no choice or more than one has.
    """
    fields: dict[str, Any] = value.get("fields", {})
    described, statuses = value.get("described"), value.get("statuses")
    if not isinstance(described, dict) or not isinstance(statuses, list):
        return fields
    return {name: _coded(name, entry, fields, described, statuses) for name, entry in fields.items()}


def _coded(name: str, value: Any, fields: dict[str, Any], described: Described, statuses: Statuses) -> Any:
    choices = _choices(described.get(name, {}), fields, statuses)
    if not choices or isinstance(value, Pending):
        return value
    if isinstance(value, list):
        return [_code(name, entry, choices) for entry in value]
    return _code(name, value, choices)


def _choices(description: dict[str, Any], fields: dict[str, Any], statuses: Statuses) -> list[tuple[str, str]]:
    """Name and code of each choice of a field; none for a field without choices."""
    if description.get("type") == "enumeration":
        return [(str(item["VALUE"]), str(item["ID"])) for item in description.get("items") or []]
    if description.get("type") != "crm_status":
        return []
    wanted = _directory(str(description.get("statusType", "")), fields)
    return [(str(row["NAME"]), str(row["STATUS_ID"])) for row in statuses if wanted(str(row.get("ENTITY_ID", "")))]


def _directory(name: str, fields: dict[str, Any]) -> Callable[[str], bool]:
    """Which directories hold a field's choices: of deals those of the pipeline, if one is named, otherwise of all."""
    if name != "DEAL_STAGE":
        return lambda entity: entity == name
    if "categoryId" not in fields:
        return lambda entity: entity == name or entity.startswith(f"{name}_")
    number = str(fields["categoryId"] or 0)
    pipeline = name if number == "0" else f"{name}_{number}"
    return lambda entity: entity == pipeline


def _code(name: str, value: Any, choices: list[tuple[str, str]]) -> Any:
    text = str(value).strip()
    if not text or any(code == text for _, code in choices):
        return value
    found = {code for caption, code in choices if caption.strip().casefold() == text.casefold()}
    if len(found) == 1:
        return found.pop()
    if found:
        raise UnusableValue(f"unambiguous: {name} has several choices called {text} ({', '.join(sorted(found))})", text)
    raise UnusableValue(f"one of the choices of {name}: {_listed(caption for caption, _ in choices)}", text)


def _listed(captions: Iterable[str]) -> str:
    names = list(dict.fromkeys(captions))
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


TRANSFORMS: dict[str, Callable[[Any], Any]] = {
    "crmChoices": named_choices,
}
