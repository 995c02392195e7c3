"""The catalogue as rows of plain data, for whoever lists it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bitrix_node.definitions.methods.model import CatalogueMethod, MethodParameter

Row = dict[str, Any]


def describe_method(method: CatalogueMethod) -> Row:
    """Everything that is known of a method. `paging` and `rows` are null for one that is no list."""
    return {
        "method": method.name,
        "version": method.version,
        "scopes": list(method.scopes),
        "reads": method.reads,
        "administrator": method.administrator,
        "application_only": method.application_only,
        "deprecated": method.deprecated,
        "replaced_by": list(method.replaced_by),
        "paging": method.paging,
        "rows": method.rows,
        "parameters": [describe_parameter(parameter) for parameter in method.parameters.values()],
    }


def describe_parameter(parameter: MethodParameter) -> Row:
    """One argument; `values` is null where they are not a closed list, `members` where none are documented."""
    return {
        "name": parameter.name,
        "type": parameter.type,
        "required": parameter.required,
        "values": list(parameter.values) or None,
        "members": [describe_parameter(member) for member in parameter.members.values()] or None,
    }
