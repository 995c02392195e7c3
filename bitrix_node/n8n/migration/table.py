"""What is known of the other node: names, defaults, and where its parameters went."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from pydantic import BaseModel, ConfigDict

from bitrix_node.definitions.yaml_files import parse_yaml

TOOL = "Tool"
"""What n8n puts behind the type of a node that is an agent's tool."""


class OtherNode(BaseModel):
    """The other node.

    Attributes:
        types: The node types that it has in workflows.
        credentials: Its credential types, and ours.
        authentication: The sign-in that it has where none is stored.
        resource: The resource that it has where none is stored.
        operations: The operation of a resource that it has where none is stored.
        defaults: `resource.operation` -> parameters with the values that they have there where none is stored.
        fixed: `resource.operation` -> parameters that are without effect there and have to have these values here.
        options: Resource -> options that keep its actions what they are there.
        answers: Resource -> what is different in the answers of its actions.
        moves: Path of a parameter, or name of a member -> the places where it may be now.
        reasons: Path or name of a parameter -> why it has no place any more.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    types: tuple[str, ...]
    credentials: dict[str, str]
    authentication: str
    resource: str
    operations: dict[str, str]
    defaults: dict[str, dict[str, Any]]
    fixed: dict[str, dict[str, Any]]
    options: dict[str, dict[str, Any]]
    answers: dict[str, str]
    moves: dict[str, tuple[str, ...]]
    reasons: dict[str, str]

    def is_type(self, kind: Any) -> bool:
        """Whether a node type of a workflow is this node, or this node as an agent's tool."""
        return isinstance(kind, str) and kind.removesuffix(TOOL) in self.types

    def places(self, path: str) -> tuple[str, ...]:
        """Where a parameter may be now, best first."""
        return self.moves.get(path, ()) or self.moves.get(path.rpartition(".")[2], ())

    def reason(self, path: str) -> str:
        """Why a parameter has no place any more, where there is something to say."""
        return self.reasons.get(path) or self.reasons.get(path.rpartition(".")[2], "")


@cache
def community_node() -> OtherNode:
    """The community node `n8n-nodes-bitrix24`."""
    name = "community_node.yaml"
    return OtherNode.model_validate(parse_yaml(files(__package__).joinpath(name).read_text(encoding="utf-8"), name))
