"""What the items of an action look like, as n8n's editor wants it before the action ran: one JSON Schema each.

n8n looks for `__schema__/v<version>/<resource>/<operation>.json` beside the node.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Tree = dict[str, Any]


def output_schemas(version: int, resources: Sequence[str], outputs: Mapping[str, Mapping[str, Any]]) -> dict[str, Tree]:
    """Returns the schemas of a node: path beside it -> JSON Schema.

    Args:
        version: The node's.
        resources: The resources that it has.
        outputs: Resource -> operation -> what its items look like.
    """
    folder = f"__schema__/v{version}.0.0"
    return {
        f"{folder}/{resource}/{operation}.json": {**_schema(shape), "version": 1}
        for resource in resources
        for operation, shape in outputs.get(resource, {}).items()
    }


def _schema(shape: Any) -> Tree:
    if isinstance(shape, dict):
        return {"type": "object", "properties": {name: _schema(entry) for name, entry in shape.items()}}
    if isinstance(shape, list):
        return {"type": "array", **({"items": _schema(shape[0])} if shape else {})}
    types = shape.split("|")
    return {"type": types if len(types) > 1 else shape}
