"""Workflows made with another Bitrix24 node, turned into workflows of this one."""

from __future__ import annotations

from bitrix_node.n8n.migration.node import NodeReport
from bitrix_node.n8n.migration.workflow import UnreadableWorkflow, migrate_workflow

__all__ = ["NodeReport", "UnreadableWorkflow", "migrate_workflow"]
