"""A workflow file: one workflow, or several as n8n exports them; every node of the other kind is migrated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.n8n.migration.node import NodeReport, migrate_node
from bitrix_node.n8n.migration.table import OtherNode, community_node

if TYPE_CHECKING:
    from bitrix_node.definitions import Definitions


class UnreadableWorkflow(ValueError):
    """It is no workflow of n8n; the message says what is missing."""


def migrate_workflow(content: Any, definitions: Definitions) -> tuple[Any, list[NodeReport]]:
    """Migrates the nodes of the community node in a workflow; everything else stays as it is.

    Args:
        content: A workflow as n8n exports it, a list of them, or what is copied from the canvas.
        definitions: What this node can do.

    Returns:
        The same with migrated nodes, and a report for each of them, in order.

    Raises:
        UnreadableWorkflow: when it is something else.
    """
    if isinstance(content, list):
        if not content:
            raise UnreadableWorkflow("the list is empty")
        migrated = [_migrate(workflow, definitions) for workflow in content]
        return [workflow for workflow, _ in migrated], [report for _, reports in migrated for report in reports]
    return _migrate(content, definitions)


def _migrate(workflow: Any, definitions: Definitions) -> tuple[dict[str, Any], list[NodeReport]]:
    nodes = workflow.get("nodes") if isinstance(workflow, dict) else None
    if not isinstance(nodes, list) or not all(isinstance(node, dict) for node in nodes):
        raise UnreadableWorkflow("a workflow is an object with a list of nodes under 'nodes'")
    other = community_node()
    migrated, reports = [], []
    for node in nodes:
        result, report = _node(node, other, definitions)
        migrated.append(result)
        reports += [report] if report else []
    return {**workflow, "nodes": migrated}, reports


def _node(node: dict[str, Any], other: OtherNode, definitions: Definitions) -> tuple[dict[str, Any], NodeReport | None]:
    return migrate_node(node, other, definitions) if other.is_type(node.get("type")) else (node, None)
