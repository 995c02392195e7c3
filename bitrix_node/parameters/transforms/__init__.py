"""The named transforms: from what a person typed to what a REST method wants.

Each takes a typed panel value and gives the argument, or raises `UnusableValue` saying what the value must be.
Definitions may only name transforms of `TRANSFORMS`; every module here brings its own part of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.parameters.transforms import (
    activities,
    addresses,
    calendars,
    catalog,
    choices,
    commands,
    crm,
    crm_types,
    dates,
    directories,
    documents,
    drive,
    duplicates,
    feed,
    files,
    general,
    lists,
    messenger,
    smart_processes,
    sorting,
    storages,
    tasks,
    telephony,
    user_fields,
    workflows,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_MODULES = (
    activities,
    addresses,
    calendars,
    catalog,
    choices,
    commands,
    crm,
    crm_types,
    dates,
    directories,
    documents,
    drive,
    duplicates,
    feed,
    files,
    general,
    lists,
    messenger,
    smart_processes,
    sorting,
    storages,
    tasks,
    telephony,
    user_fields,
    workflows,
)

TRANSFORMS: dict[str, Callable[[Any], Any]] = {
    name: transform for module in _MODULES for name, transform in module.TRANSFORMS.items()
}
