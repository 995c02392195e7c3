"""What a wrong definition is: a change to the example, and the fault that it has to bring."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.definitions.data_directory import DataDirectory

OPERATIONS = "operations"


class Wrong(NamedTuple):
    """One way to break the example, and the one fault that it has to bring."""

    name: str
    change: Callable[[DataDirectory], Any]
    path: str
    message: str
    expected: str


def put(*steps: str | int, value: Any) -> Callable[[DataDirectory], None]:
    """Puts a value at a place in the resource."""

    def change(data: DataDirectory) -> None:
        inner: Any = data.resource
        for step in steps[:-1]:
            inner = inner[step]
        if isinstance(inner, list) and steps[-1] == len(inner):
            inner.append(value)
        else:
            inner[steps[-1]] = value

    return change


def remove(*steps: str) -> Callable[[DataDirectory], None]:
    """Takes a key out of the resource."""

    def change(data: DataDirectory) -> None:
        inner: Any = data.resource
        for step in steps[:-1]:
            inner = inner[step]
        del inner[steps[-1]]

    return change
