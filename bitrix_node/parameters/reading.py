"""From the panel's raw values to typed ones: required, known, shown, of the right type."""

from __future__ import annotations

import json
import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from bitrix_node.parameters.binary import BinaryData
from bitrix_node.parameters.errors import ParameterError, UnusableValue, what_to_enter
from bitrix_node.parameters.filling import filled
from bitrix_node.parameters.types import read_typed, shortened
from bitrix_node.parameters.values import UNSET, Values

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bitrix_node.definitions import Operation, Parameter


def read_values(
    operation: Operation,
    raw: Mapping[str, Any],
    binary: Mapping[str, Any] | None = None,
    *,
    strict: bool = True,
) -> Values:
    """The typed values of one item's parameters.

    Args:
        operation: whose parameters they are.
        raw: parameter name -> value, as the panel holds them, expressions already evaluated.
        binary: the item's binary fields, for parameters that name one of them.
        strict: whether a name that the operation does not know is refused. n8n hands on whatever an older
            workflow holds, so there it is left aside.

    Raises:
        ParameterError: for the first value that is missing or cannot be used.
    """
    reader = _Reader(operation, binary or {}, strict=strict)
    return reader.read(raw)


class AlikeReader:
    """Reads the values of items that differ from another one only in plain parameters which decide nothing.

    Args:
        operation: whose parameters they are.
        values: those of the other item.
        strict: whether unknown names are refused; see `read_values`.
    """

    def __init__(self, operation: Operation, values: Values, *, strict: bool) -> None:
        self._parameters, self._values = operation.parameters_by_path, values
        self._reader = _Reader(operation, {}, strict=strict)

    def read(self, raw: Mapping[str, Any]) -> Values | None:
        """The values of an item.

        Args:
            raw: what differs, parameter name -> value; see `Operation.neutral`.

        Returns:
            `None` where one of them is given in one item and not in the other, which may change more than its value.

        Raises:
            ParameterError: for the first value that is missing or cannot be used.
        """
        read: dict[str, Any] = {}
        for name, value in raw.items():
            parameter = self._parameters[name]
            read[name] = self._reader.value(parameter, _given_or_default(parameter, value), name)
            if read[name] in (UNSET, "") or not self._values.is_given(name):
                return None
        return self._values.but(read)


_TAKE_SEVERAL_FILES = {"activityFiles", "attachedFiles"}
"""Transforms of binary data for which the panel may name several fields, separated by commas."""


_EMPTY_TEXTS = {"", "{}", "[]"}

_ROW = re.compile(r"\[(\d+)\]")


class _Reader:
    def __init__(self, operation: Operation, binary: Mapping[str, Any], *, strict: bool) -> None:
        self._operation, self._binary, self._strict = operation, binary, strict
        self._given: dict[str, Any] = {}
        self._values = Values(self._given, operation.parameters_by_path, operation.paths_by_use)

    def read(self, raw: Mapping[str, Any]) -> Values:
        self._refuse_unknown(raw, self._operation.parameters, "")
        for parameter in self._operation.parameters:
            self._read_parameter(parameter, raw.get(parameter.name, UNSET), parameter.name)
        for parameter in self._operation.parameters:
            if parameter.fills is not None and parameter.name in self._given:
                self._fill(parameter, parameter.fills)
        return self._values

    def _fill(self, parameter: Parameter, target: str) -> None:
        """Moves what rows build to the JSON field that they stand for; one that is no object is refused when sent."""
        beside = self._given.get(target, {})
        rows = self._given.pop(parameter.name)
        if isinstance(beside, dict):
            combination = self._values.used("combination") if self._combines() else None
            self._given[target] = filled(parameter, rows, beside, combination)

    def _combines(self) -> bool:
        """Whether the panel shows how conditions are combined."""
        entries = [parameter for parameter in self._operation.parameters if parameter.use == "combination"]
        return any(self._values.is_given(entry.name) for entry in entries)

    def _read_parameter(self, parameter: Parameter, raw: Any, path: str) -> None:
        if parameter.show and not self._values.fulfils(parameter.show):
            self._refuse_hidden(parameter, raw, path)
        elif parameter.type == "collection":
            self._read_collection(parameter, raw, path)
        else:
            self._keep(parameter, _given_or_default(parameter, raw), path)

    def _read_collection(self, parameter: Parameter, raw: Any, path: str) -> None:
        members = self._mapping(parameter, raw, path)
        self._refuse_unknown(members, parameter.members, f"{path}.")
        for member in parameter.members:
            self._keep(member, members.get(member.name, UNSET), f"{path}.{member.name}")
        if parameter.required and not any(given.startswith(f"{path}.") for given in self._given):
            raise ParameterError(path, f"'{parameter.display_name}' is required", what_to_enter(parameter.description))

    def _keep(self, parameter: Parameter, raw: Any, path: str) -> None:
        value = self.value(parameter, raw, path)
        if value is UNSET:
            return
        if parameter.refuses and value in ("", parameter.default):
            return
        if parameter.refuses:
            raise ParameterError(path, f"'{parameter.display_name}' cannot be used", parameter.refuses)
        self._given[path] = value

    def value(self, parameter: Parameter, raw: Any, path: str) -> Any:
        """The typed value of one parameter, or `UNSET`."""
        if raw is None or raw is UNSET or (parameter.required and raw == ""):
            value: Any = UNSET
        elif parameter.type == "fixedCollection":
            value = self._rows(parameter, raw, path) or UNSET
        else:
            value = self._plain(parameter, raw, path)
        if value is UNSET and parameter.required:
            raise ParameterError(path, f"'{parameter.display_name}' is required", what_to_enter(parameter.description))
        return value

    def _plain(self, parameter: Parameter, raw: Any, path: str) -> Any:
        try:
            value = read_typed(parameter, raw)
            return self._binary_field(parameter, value) if parameter.use == "inputDataField" and value else value
        except UnusableValue as fault:
            message = f"'{parameter.display_name}'{_in_row(path)} must be {fault}; got {fault.got or shortened(raw)}"
            raise ParameterError(path, message, what_to_enter(parameter.description)) from None

    def _binary_field(self, parameter: Parameter, name: str) -> Any:
        if name not in self._binary and name == parameter.default and not parameter.required:
            return UNSET
        if parameter.transform in _TAKE_SEVERAL_FILES and name not in self._binary:
            return [self._file(part.strip()) for part in name.split(",") if part.strip()]
        return self._file(name)

    def _file(self, name: str) -> BinaryData:
        if name not in self._binary:
            there = f"it has {', '.join(self._binary)}" if self._binary else "it has none"
            raise UnusableValue(f"the name of a binary field of the input item ({there})")
        return BinaryData.from_item(self._binary[name])

    def _rows(self, parameter: Parameter, raw: Any, path: str) -> dict[str, list[dict[str, Any]]]:
        known = parameter.columns
        rows: dict[str, list[dict[str, Any]]] = {}
        for name, entries in self._mapping(parameter, raw, path).items():
            if name not in known:
                self._refuse(name, known, f"{path}.", _form_of_rows(parameter))
                continue
            listed = entries if isinstance(entries, list) else [entries]
            rows[name] = [
                self._row(known[name], entry, f"{path}.{name}[{index}]") for index, entry in enumerate(listed)
            ]
        return {name: entries for name, entries in rows.items() if entries}

    def _row(self, columns: Mapping[str, Parameter], raw: Any, path: str) -> dict[str, Any]:
        if not isinstance(raw, dict):
            raise ParameterError(path, f"'{path}' must be an object; got {shortened(raw)}")
        self._refuse_others(raw, columns, f"{path}.")
        read = {name: self.value(member, raw.get(name, UNSET), f"{path}.{name}") for name, member in columns.items()}
        return {name: value for name, value in read.items() if value is not UNSET}

    def _mapping(self, parameter: Parameter, raw: Any, path: str) -> Mapping[str, Any]:
        if isinstance(raw, dict):
            return raw
        if raw not in (None, UNSET, "", []):
            raise ParameterError(path, f"'{parameter.display_name}' must be an object; got {shortened(raw)}")
        return {}

    def _refuse_unknown(self, raw: Mapping[str, Any], parameters: Iterable[Parameter], prefix: str) -> None:
        self._refuse_others(raw, {parameter.name: parameter for parameter in parameters}, prefix)

    def _refuse_others(self, raw: Mapping[str, Any], known: Mapping[str, Any], prefix: str) -> None:
        for name in raw:
            if name not in known:
                self._refuse(name, known, prefix)

    def _refuse(self, name: str, known: Mapping[str, Any], prefix: str, form: str = "") -> None:
        if not self._strict:
            return
        nearest = get_close_matches(name, known, n=1, cutoff=0.6)
        advice = f"Did you mean '{prefix}{nearest[0]}'?" if nearest else form or f"Known are: {', '.join(known)}."
        raise ParameterError(f"{prefix}{name}", f"There is no parameter '{prefix}{name}'", advice)

    def _refuse_hidden(self, parameter: Parameter, raw: Any, path: str) -> None:
        if not self._strict or raw in (None, UNSET, "", [], {}) or raw == parameter.default:
            return
        reasons = [f"'{name}' is {' or '.join(map(str, wanted))}" for name, wanted in (parameter.show or {}).items()]
        raise ParameterError(path, f"'{parameter.display_name}' has no effect unless {' and '.join(reasons)}")


def _given_or_default(parameter: Parameter, raw: Any) -> Any:
    """An optional text left empty was not given; everything else has the panel's default."""
    value = parameter.default if raw is UNSET else raw
    empty = value in _EMPTY_TEXTS if isinstance(value, str) else isinstance(value, (dict, list)) and not value
    return UNSET if empty and not parameter.required else value


def _in_row(path: str) -> str:
    """Which row of a table a path leads into, in words; nothing for a field that stands alone."""
    number = _ROW.search(path)
    return f" in row {int(number.group(1)) + 1}" if number else ""


def _form_of_rows(parameter: Parameter) -> str:
    """How the rows of a table are written, as JSON with the names of its groups and columns."""
    rows = {group: [dict.fromkeys(columns, "…")] for group, columns in parameter.columns.items()}
    return f"Rows are written as {json.dumps({parameter.name: rows}, ensure_ascii=False)}."
