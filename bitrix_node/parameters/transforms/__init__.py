"""The named transforms: from what a person typed to what a REST method wants.

Each takes a typed panel value and gives the argument, or raises `UnusableValue` saying what the value must be.
Definitions may only name transforms of `TRANSFORMS`; modules here bring their own parts of it.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_MODULES = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]

TRANSFORMS: dict[str, Callable[[Any], Any]] = {
    name: transform for module in _MODULES for name, transform in getattr(module, "TRANSFORMS", {}).items()
}
