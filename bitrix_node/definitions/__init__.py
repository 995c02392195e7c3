"""The knowledge: loads, validates and models the YAML that says what each action is, shows and sends.

Knows nothing of HTTP. The data directory looks like this:

    manifest.json                     what the package offers
    node_definitions/bitrix24.yaml    the node: names, order of resources, options that every action has
    node_definitions/resources/*.yaml one file a resource
    node_definitions/schema/*.json    the closed vocabulary of these files, as JSON Schema
    credentials/*.yaml                one file a credential type
"""

from bitrix_node.definitions.catalog import Definitions, UnknownName
from bitrix_node.definitions.models import (
    Answer,
    Condition,
    CredentialType,
    NodeDefinition,
    Operation,
    Option,
    Paging,
    Parameter,
    ParameterGroup,
    Request,
    Resource,
    Source,
)

__all__ = [
    "Answer",
    "Condition",
    "CredentialType",
    "Definitions",
    "NodeDefinition",
    "Operation",
    "Option",
    "Paging",
    "Parameter",
    "ParameterGroup",
    "Request",
    "Resource",
    "Source",
    "UnknownName",
]
