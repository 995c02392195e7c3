"""The command line: `bitrix-node`. Nothing is loaded before `main`, which answers Ctrl-C from its first moment on."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import NoReturn


def main() -> NoReturn:
    """Runs the command line; exit codes: 0 done, 1 an item failed or a check fell short, 2 wrong usage."""
    try:
        from bitrix_node.hosts.cli.commands import run_command_line  # noqa: PLC0415

        code = run_command_line()
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
        code = 130
    sys.exit(code)
