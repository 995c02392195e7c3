"""Messages that end a command."""

from __future__ import annotations

import click

ITEM_FAILED = 1
WRONG_USAGE = 2
STOPPED = 130
TERMINATED = 143
READER_GONE = 141


class Fault(click.ClickException):
    """A message for the person at the terminal, and the exit code.

    Args:
        message: what happened.
        advice: what to do now.
        exit_code: 1 when an item failed or a check fell short, 2 for wrong usage or unreadable input.
    """

    def __init__(self, message: str, advice: str = "", exit_code: int = WRONG_USAGE) -> None:
        super().__init__(f"{message}\n{advice}" if advice else message)
        self.exit_code = exit_code  # type: ignore[misc]
