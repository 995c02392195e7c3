"""The knowledge: loads, validates and models the YAML that says what each action is, shows and sends.

Knows nothing of HTTP. The data directory looks like this:

    manifest.json                     what the package offers
    node_definitions/bitrix24.yaml    the node: names, order of resources, options that every action has
    node_definitions/resources/*.yaml one file a resource
    node_definitions/lookups/*.yaml   what the panel reads from the portal, one file an area
    node_definitions/schema/*.json    the closed vocabulary of these files, as JSON Schema
    credentials/*.yaml                one file a credential type
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bitrix_node.definitions.catalog import Definitions
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
    from bitrix_node.definitions.unknown import UnknownName

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

_HOMES = {"Definitions": "catalog", "UnknownName": "unknown"}
"""Where names stand that are not models. All are imported when first asked for: listings do without models."""


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES.get(name, 'models')}"), name)
