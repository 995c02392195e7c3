"""The actions as rows of plain data, for whoever lists them: scripts, the command line, documentation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.definitions.models import Source
from bitrix_node.rest import marks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bitrix_node.definitions.catalog import Definitions
    from bitrix_node.definitions.models import Operation, Parameter, Request, Resource

Row = dict[str, Any]


def list_actions(definitions: Definitions, resource: str | None = None) -> list[Row]:
    """One row an action, sorted by resource and operation.

    Args:
        definitions: where to look.
        resource: the only resource to list; without it all are.

    Raises:
        UnknownName: when there is no such resource.
    """
    names = [resource] if resource is not None else definitions.resource_names
    loaded = (definitions.resource(name) for name in names)
    rows = [describe_action(entry, operation) for entry in loaded for operation in entry.operations]
    return sorted(rows, key=lambda row: (row["resource"], row["operation"]))


def describe_action(resource: Resource, operation: Operation) -> Row:
    """One action: its texts, what it can call, and its parameters.

    `methods` names every REST method it can call, in the order of its requests; the key `refuses` is only there for
    an action that sends nothing because the API has no such function.
    """
    row: Row = {
        "resource": resource.resource,
        "operation": operation.operation,
        "name": operation.name,
        "action": operation.action,
        "description": operation.description,
        "handler": operation.handler,
        "methods": list(dict.fromkeys(_methods(operation.calls))),
        "scopes": list(operation.scopes),
        "paginated": any(_turns_pages(request, operation) for request in operation.calls),
        "application_only": operation.application_only,
        "parameters": [describe_parameter(parameter) for parameter in operation.parameters],
    }
    return row | ({"refuses": operation.refuses} if operation.refuses else {})


def describe_parameter(parameter: Parameter) -> Row:
    """One parameter; `fields` are the members of a collection, or of the rows of a `fixedCollection`.

    A row's member also says under which `group` the rows are given: `{"phoneItems": [{"VALUE": …}]}`.
    """
    return {
        "name": parameter.name,
        "displayName": parameter.display_name,
        "type": parameter.type,
        "required": parameter.required,
        "default": parameter.default,
        "options": [option.value for option in parameter.options] if parameter.options is not None else None,
        "fields": _fields(parameter),
    }


def _fields(parameter: Parameter) -> list[Row] | None:
    if parameter.type == "collection":
        return [describe_parameter(member) for member in parameter.members]
    if parameter.type == "fixedCollection":
        return [
            describe_parameter(member) | {"group": group.name} for group in parameter.groups for member in group.members
        ]
    return None


def _methods(requests: Sequence[Request]) -> Iterator[str]:
    """The methods of the requests, and of the search for what they make.

    One that a parameter names has no name of its own here.
    """
    for request in requests:
        if not isinstance(request.method, Source):
            yield request.method
    for request in requests:
        for form in marks()[request.mark] if request.mark else ():
            yield from (form.find.method, form.read.method)


def _turns_pages(request: Request, operation: Operation) -> bool:
    """Whether it gives page after page, also where the catalogue of methods will say how."""
    if request.catalogue is not None:
        return any(member.use == "returnAll" for parameter in operation.parameters for member in parameter.members)
    return request.paging is not None and request.paging.kind != "none"
