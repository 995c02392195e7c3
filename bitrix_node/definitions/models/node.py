"""The node itself, its areas, and its credentials."""

from __future__ import annotations

from typing import Any

from bitrix_node.definitions.models.parameters import Parameter
from bitrix_node.definitions.models.vocabulary import VocabularyModel


class NodeArea(VocabularyModel):
    """A further node: the same one with some of its resources, under the name of a part of Bitrix24."""

    node: str
    display_name: str
    description: str
    resources: tuple[str, ...]
    aliases: tuple[str, ...]


class NodeHead(VocabularyModel):
    """What n8n shows of a node before it is opened, and finds it by."""

    display_name: str
    description: str
    subtitle: str
    version: int
    documentation_url: str
    categories: tuple[str, ...]
    aliases: tuple[str, ...]


class NodeDefinition(NodeHead):
    """The node itself."""

    node: str
    authentication: Parameter
    resources: tuple[str, ...]
    areas: tuple[NodeArea, ...] = ()
    parameters: dict[str, dict[str, Any]] = {}
    options: tuple[Parameter, ...]
    reading_options: tuple[Parameter, ...] = ()

    @property
    def nodes(self) -> tuple[NodeDefinition, ...]:
        """The node, and after it each area as a node of its own."""
        return self, *(self.model_copy(update={**dict(area), "areas": ()}) for area in self.areas)


class CredentialField(Parameter):
    """One field of a credential."""


class CredentialTest(VocabularyModel):
    """How n8n tries a credential out, and what its form says when that fails."""

    method: str
    without_permissions: str
    refusals: dict[str, str] = {}


class CredentialType(VocabularyModel):
    """One kind of credential, as n8n shows it."""

    credential: str
    display_name: str
    authentication: str
    documentation_url: str
    extends: tuple[str, ...] = ()
    fields: tuple[CredentialField, ...]
    authenticate: dict[str, Any] | None = None
    test: CredentialTest | None = None
