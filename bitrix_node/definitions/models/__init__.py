"""Frozen models of the definitions, after names have been resolved (see `resolution`).

The vocabulary is written down, key by key, in `node_definitions/schema/`; a test holds the two against each other.
"""

from bitrix_node.definitions.models.node import (
    CredentialField,
    CredentialTest,
    CredentialType,
    NodeArea,
    NodeDefinition,
    NodeHead,
)
from bitrix_node.definitions.models.operations import Operation, Resource
from bitrix_node.definitions.models.parameters import (
    IdKind,
    LookupUse,
    Option,
    Parameter,
    ParameterGroup,
    ParameterType,
    ParameterUse,
    by_path,
)
from bitrix_node.definitions.models.requests import Answer, CatalogueUse, Fallback, Paging, RefusedUse, Request, Source
from bitrix_node.definitions.models.vocabulary import Condition, VocabularyModel

__all__ = [
    "Answer",
    "CatalogueUse",
    "Condition",
    "CredentialField",
    "CredentialTest",
    "CredentialType",
    "Fallback",
    "IdKind",
    "LookupUse",
    "NodeArea",
    "NodeDefinition",
    "NodeHead",
    "Operation",
    "Option",
    "Paging",
    "Parameter",
    "ParameterGroup",
    "ParameterType",
    "ParameterUse",
    "RefusedUse",
    "Request",
    "Resource",
    "Source",
    "VocabularyModel",
    "by_path",
]
