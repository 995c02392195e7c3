"""Panel values in, REST arguments out: expressions, types, transforms, argument paths."""

from bitrix_node.parameters.arguments import build_arguments
from bitrix_node.parameters.binary import BinaryData
from bitrix_node.parameters.errors import ParameterError, what_to_enter
from bitrix_node.parameters.reading import read_values
from bitrix_node.parameters.recipe import Recipe
from bitrix_node.parameters.values import UNSET, Pending, Values

__all__ = [
    "UNSET",
    "BinaryData",
    "ParameterError",
    "Pending",
    "Recipe",
    "Values",
    "build_arguments",
    "read_values",
    "what_to_enter",
]
