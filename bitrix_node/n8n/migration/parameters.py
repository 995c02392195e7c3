"""The other node's parameter values in the places and shapes that an action of this node has for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bitrix_node.parameters.errors import UnusableValue
from bitrix_node.parameters.transforms.general import listed_names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bitrix_node.definitions.models import Operation, Parameter
    from bitrix_node.n8n.migration.table import OtherNode

_EMPTY: tuple[Any, ...] = (None, "", "{}", "[]", {}, [])


@dataclass
class CarriedOver:
    """Values in their new places.

    Attributes:
        values: The new node's parameters.
        remarks: What could not be carried over, and why, in words.
    """

    operation: Operation
    other: OtherNode
    values: dict[str, Any] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    def carry(self, given: Mapping[str, Any]) -> None:
        """Takes over the other node's parameters."""
        for name, value in given.items():
            parameter = self.operation.parameter(name)
            if parameter is None:
                self._move(name, value)
            elif parameter.type == "collection" and isinstance(value, dict):
                self._carry_members(parameter, value)
            else:
                self._put(name, parameter, value)

    def finish(self) -> None:
        """Takes out what has no effect in this action, and tells what it needs and the other node had no field for."""
        for parameter in self.operation.parameters:
            if not self._shows(parameter):
                if self.values.pop(parameter.name, None) not in (*_EMPTY, parameter.default):
                    self._lose(parameter.name, "It has no effect together with the other parameters.")
            elif parameter.required and self.values.get(parameter.name, parameter.default) in _EMPTY:
                what = (parameter.description or "").partition(". ")[0].rstrip(".")
                self.remarks.append(f"Fill in '{parameter.display_name}'{f': {what}' if what else ''}.")

    def set_option(self, name: str, value: Any) -> bool:
        """Gives an option a value that none was chosen for; says whether the action has it."""
        path = f"{self.operation.options_parameter}.{name}"
        known = path in self.operation.parameters_by_path
        if known and not self._is_taken(path):
            self._place(path, value)
        return known

    def _carry_members(self, collection: Parameter, given: Mapping[str, Any]) -> None:
        if not given:
            self.values[collection.name] = {}
        for name, value in given.items():
            path = f"{collection.name}.{name}"
            member = collection.member(name)
            if member is None:
                self._move(path, value)
            else:
                self._put(path, member, value)

    def _move(self, path: str, value: Any) -> None:
        """Finds a new place for what the action does not have at its old one."""
        if value in _EMPTY:
            return
        known = self.operation.parameters_by_path
        options = self.operation.options_parameter
        places = [place.replace("options.", f"{options}.", 1) for place in self.other.places(path)]
        free = [place for place in places if place in known and place != path and not self._is_taken(place)]
        if free:
            self._put(free[0], known[free[0]], value)
        else:
            self._lose(path, self.other.reason(path) or "The action has no such parameter.")

    def _put(self, path: str, parameter: Parameter, value: Any) -> None:
        if parameter.refuses and value not in (*_EMPTY, parameter.default):
            self._lose(path, parameter.refuses)
        elif parameter.type == "fixedCollection" and isinstance(value, dict):
            self._place(path, self._rows(path, parameter, value))
        else:
            unknown = _unknown_choices(parameter, value)
            if unknown:
                self._lose(path, f"There is no choice {' or '.join(map(repr, unknown))}; choose anew.")
            else:
                self._place(path, _shaped(parameter, value))

    def _rows(self, path: str, parameter: Parameter, given: Mapping[str, Any]) -> dict[str, Any]:
        kept: dict[str, Any] = {}
        groups = {group.name: group.members for group in parameter.groups}
        for name, entries in given.items():
            if name not in groups:
                self._lose(f"{path}.{name}", self.other.reason(name) or "The action has no such rows.")
            elif isinstance(entries, list):
                kept[name] = [self._row(f"{path}.{name}", groups[name], entry) for entry in entries]
            else:
                kept[name] = self._row(f"{path}.{name}", groups[name], entries)
        return kept

    def _row(self, path: str, members: Sequence[Parameter], given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        known = {member.name: member for member in members}
        for name in given.keys() - known.keys():
            if given[name] not in _EMPTY:
                self._lose(f"{path}.{name}", self.other.reason(name) or "The rows have no such field.")
        return {name: _shaped(known[name], value) for name, value in given.items() if name in known}

    def _place(self, path: str, value: Any) -> None:
        collection, _, member = path.rpartition(".")
        target = self.values.setdefault(collection, {}) if collection else self.values
        target[member] = value

    def _shows(self, parameter: Parameter) -> bool:
        """Whether the panel has the field; where an expression decides, it may."""
        return all(self._holds(path, wanted) for path, wanted in (parameter.show or {}).items())

    def _holds(self, path: str, wanted: tuple[Any, ...] | str) -> bool:
        known = self.operation.parameters_by_path.get(path)
        value = self._value(path, known.default if known else "")
        if isinstance(wanted, str):
            return (value in _EMPTY) == (wanted == "missing")
        return is_expression(value) or value in wanted

    def _value(self, path: str, default: Any) -> Any:
        collection, _, member = path.rpartition(".")
        return (self.values.get(collection, {}) if collection else self.values).get(member, default)

    def _is_taken(self, path: str) -> bool:
        collection, _, member = path.rpartition(".")
        return member in (self.values.get(collection, {}) if collection else self.values)

    def _lose(self, path: str, reason: str) -> None:
        remark = f"'{path}' is not carried over. {reason}"
        if remark not in self.remarks:
            self.remarks.append(remark)


def is_expression(value: Any) -> bool:
    """Whether n8n evaluates a stored value before it is used."""
    return isinstance(value, str) and value.startswith("=")


def _shaped(parameter: Parameter, value: Any) -> Any:
    """The value in the form in which n8n stores it for the parameter's type."""
    if parameter.type == "resourceLocator" and isinstance(value, str | int | float):
        return {"__rl": True, "mode": "id", "value": value}
    if parameter.type == "multiOptions" and isinstance(value, str) and not is_expression(value):
        return _names(value)
    return value


def _names(text: str) -> Any:
    """The names in a text; one that cannot be read stays, for the node to refuse in words."""
    try:
        return listed_names(text)
    except UnusableValue:
        return text


def _unknown_choices(parameter: Parameter, value: Any) -> list[Any]:
    if not parameter.options or parameter.custom_values or is_expression(value):
        return []
    known = {option.value for option in parameter.options}
    given = value if isinstance(value, list) else [value]
    return [entry for entry in given if entry not in known and entry not in ("", None)]
