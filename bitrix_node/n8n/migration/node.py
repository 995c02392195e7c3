"""One node of a workflow: another node's type, sign-in and parameters become this node's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bitrix_node.definitions.unknown import UnknownName
from bitrix_node.n8n.migration.parameters import CarriedOver, is_expression
from bitrix_node.n8n.migration.table import TOOL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitrix_node.definitions import Definitions
    from bitrix_node.definitions.models import Operation
    from bitrix_node.n8n.migration.table import OtherNode

_CHOSEN = ("authentication", "resource", "operation")
_OF_THE_TOOL = ("descriptionType", "toolDescription")
"""Parameters that n8n itself adds to a node that is an agent's tool."""


@dataclass(frozen=True)
class NodeReport:
    """What became of one node.

    Attributes:
        name: Its name on the canvas.
        action: What it does, in words; empty where that could not be found out.
        migrated: Whether it is one of this node now; else it is as it was.
        remarks: What is left to do or was not carried over, a sentence or two each.
    """

    name: str
    action: str
    migrated: bool
    remarks: tuple[str, ...]


class NotMigrated(Exception):
    """The node has to stay as it is; the message says why."""


def migrate_node(
    node: Mapping[str, Any], other: OtherNode, definitions: Definitions
) -> tuple[dict[str, Any], NodeReport]:
    """Returns the node as one of ours, or unchanged, and what there is to say about it."""
    name = str(node.get("name", "(no name)"))
    try:
        given = _parameters(node)
        resource, operation = _action(given, other, definitions)
    except NotMigrated as reason:
        return dict(node), NodeReport(name, "", migrated=False, remarks=(str(reason),))
    values, remarks = _carried_over(given, resource, operation, other, is_tool=str(node["type"]).endswith(TOOL))
    credentials, to_choose = _credentials(node, values["authentication"], other, definitions)
    migrated = {
        **node,
        "type": _type(str(node["type"]), definitions),
        "typeVersion": definitions.node.version,
        "parameters": values,
        "credentials": credentials,
    }
    if not credentials:
        del migrated["credentials"]
    action = f"{definitions.resource(resource).name}: {operation.name}"
    return migrated, NodeReport(name, action, migrated=True, remarks=(*to_choose, *remarks))


def _parameters(node: Mapping[str, Any]) -> dict[str, Any]:
    parameters = node.get("parameters", {})
    if not isinstance(parameters, dict):
        raise NotMigrated("Its parameters are no object.")
    return parameters


def _action(given: Mapping[str, Any], other: OtherNode, definitions: Definitions) -> tuple[str, Operation]:
    resource = given.get("resource", other.resource)
    operation = given.get("operation", other.operations.get(str(resource)))
    if any(map(is_expression, (resource, operation, given.get("authentication")))):
        raise NotMigrated("Its resource, operation or sign-in is an expression: what it does cannot be told.")
    if operation is None:
        raise NotMigrated(f"It has the resource {resource!r} and no operation.")
    try:
        return str(resource), definitions.operation(str(resource), str(operation))
    except UnknownName as error:
        raise NotMigrated(f"{error} Perhaps it is of another package.") from None


def _carried_over(
    given: Mapping[str, Any], resource: str, operation: Operation, other: OtherNode, *, is_tool: bool
) -> tuple[dict[str, Any], list[str]]:
    carried = CarriedOver(operation, other)
    stored = {name: value for name, value in given.items() if name not in (*_CHOSEN, *_OF_THE_TOOL)}
    action = f"{resource}.{operation.operation}"
    carried.carry({**other.defaults.get(action, {}), **stored, **other.fixed.get(action, {})})
    carried.finish()
    if operation.refuses:
        carried.remarks.insert(0, f"The action is not possible through the REST API. {operation.refuses}")
    else:
        for name, value in other.options.get(resource, {}).items():
            carried.set_option(name, value)
        if not is_tool:
            _keep_answer(carried, other.answers.get(resource, ""))
    chosen = {
        "authentication": given.get("authentication", other.authentication),
        "resource": resource,
        "operation": operation.operation,
    }
    of_the_tool = {name: given[name] for name in _OF_THE_TOOL if name in given}
    return {**of_the_tool, **chosen, **carried.values}, carried.remarks


def _keep_answer(carried: CarriedOver, different: str) -> None:
    """Has the node hand out whole answers, as the other one does: expressions further on rely on them."""
    if not carried.set_option("output", "raw"):
        carried.set_option("simplify", value=False)
    if different:
        carried.remarks.append(different)


def _credentials(
    node: Mapping[str, Any], authentication: str, other: OtherNode, definitions: Definitions
) -> tuple[dict[str, Any], list[str]]:
    """The credentials that can stay, and what is to be chosen anew."""
    stored = node.get("credentials")
    stored = stored if isinstance(stored, dict) else {}
    kept = {kind: entry for kind, entry in stored.items() if other.credentials.get(kind, kind) == kind}
    needed = next(
        (kind for kind in definitions.credentials.values() if kind.authentication == authentication),
        next(iter(definitions.credentials.values())),
    )
    if needed.credential in kept:
        return kept, []
    before = [entry.get("name") for kind, entry in stored.items() if kind not in kept and isinstance(entry, dict)]
    instead = f", in place of {', '.join(map(repr, before))}" if before else ""
    return kept, [f"Choose a credential: {needed.display_name}{instead}."]


def _type(kind: str, definitions: Definitions) -> str:
    return f"{definitions.manifest['name']}.{definitions.node.node}{TOOL if kind.endswith(TOOL) else ''}"
