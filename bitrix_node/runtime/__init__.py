"""Items in, items out: dispatch, pairing, error items."""

from bitrix_node.runtime.execution import Execution, RunResult
from bitrix_node.runtime.failures import ItemFailure
from bitrix_node.runtime.items import UnreadableItems, read_items
from bitrix_node.runtime.node import ItemFailed, Node
from bitrix_node.runtime.preparation import ItemInput
from bitrix_node.runtime.progress import ProgressReport

__all__ = [
    "Execution",
    "ItemFailed",
    "ItemFailure",
    "ItemInput",
    "Node",
    "ProgressReport",
    "RunResult",
    "UnreadableItems",
    "read_items",
]
