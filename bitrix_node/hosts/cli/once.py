"""Options that may be given once: the second would drop the first in silence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from bitrix_node.hosts.cli.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def option_once(*names: str, advice: str = "", **settings: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """An option whose value is a text, or None where it is not given.

    Args:
        names: the option, and its name in the command's arguments where that differs.
        advice: what to do instead of giving it again.
        settings: further settings of `click.option`.
    """

    def only(_: click.Context, parameter: click.Parameter, values: Sequence[str]) -> str | None:
        if len(values) > 1:
            raise Fault(f"{parameter.opts[0]} was given {_times(len(values))}", advice)
        return values[0] if values else None

    return click.option(*names, multiple=True, callback=only, **settings)


def _times(count: int) -> str:
    return "twice" if count == 2 else f"{count} times"  # noqa: PLR2004
