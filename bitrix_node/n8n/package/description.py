"""The node's description and the shim's plan, as n8n and the shim load them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.definitions.writing import may_write
from bitrix_node.n8n.package.credentials import tested_by
from bitrix_node.n8n.package.icons import icon_reference
from bitrix_node.n8n.package.panel import panel_properties

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bitrix_node.definitions.models import CredentialType, NodeDefinition, Operation, Parameter, Resource


def node_description(
    node: NodeDefinition, resources: Sequence[Resource], credentials: Mapping[str, CredentialType]
) -> dict[str, Any]:
    """Returns the description of the action node (n8n's `INodeTypeDescription`)."""
    return {
        "displayName": node.display_name,
        "name": node.node,
        "icon": icon_reference(),
        "group": ["transform"],
        "version": node.version,
        "subtitle": node.subtitle,
        "description": node.description,
        "defaults": {"name": node.display_name},
        "usableAsTool": True,
        "inputs": ["main"],
        "outputs": ["main"],
        "credentials": [
            {
                "name": credential.credential,
                "required": True,
                "displayOptions": {"show": {"authentication": [credential.authentication]}},
                **tested_by(credential),
            }
            for credential in credentials.values()
        ],
        "properties": panel_properties(node, resources),
    }


def shim_plan(resources: Sequence[Resource], credentials: Mapping[str, CredentialType]) -> dict[str, Any]:
    """Returns what the shim has to know: the credential of each sign-in, the parameters of each operation."""
    return {
        "authentication": {credential.authentication: credential.credential for credential in credentials.values()},
        "operations": {
            resource.resource: {entry.operation: _operation_plan(entry) for entry in resource.operations}
            for resource in resources
        },
    }


def _operation_plan(operation: Operation) -> dict[str, Any]:
    plan: dict[str, Any] = {
        "parameters": [parameter.name for parameter in operation.parameters],
        "writes": any(may_write(request) for request in operation.calls),
    }
    files = _file_parameters(operation.parameters)
    return {**plan, "fileParameters": files} if files else plan


def _file_parameters(parameters: Sequence[Parameter], prefix: str = "") -> list[str]:
    paths: list[str] = []
    for parameter in parameters:
        if parameter.use == "inputDataField":
            paths.append(f"{prefix}{parameter.name}")
        paths += _file_parameters(parameter.members, f"{prefix}{parameter.name}.")
        for group in parameter.groups:
            paths += _file_parameters(group.members, f"{prefix}{parameter.name}.{group.name}.")
    return paths
