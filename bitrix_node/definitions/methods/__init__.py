"""The catalogue of the REST API: every documented method, its parameters, its paging and where its rows lie.

The data in `node_definitions/methods/` is generated from the documentation (see `tools/catalogue`); a file holds the
methods whose names begin alike and is read when one of them is first asked for.
"""

from bitrix_node.definitions.methods.catalogue import MethodCatalogue
from bitrix_node.definitions.methods.checking import ArgumentFault, argument_faults
from bitrix_node.definitions.methods.model import CatalogueMethod, MethodParameter

__all__ = ["ArgumentFault", "CatalogueMethod", "MethodCatalogue", "MethodParameter", "argument_faults"]
