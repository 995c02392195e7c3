"""The commands of `bitrix-node`, each loaded only when it is called, and how whatever ends one is told."""

from __future__ import annotations

import os
import sys
from importlib import import_module

import click

from bitrix_node.hosts.cli.faults import ITEM_FAILED, STOPPED
from bitrix_node.hosts.cli.streams import (
    drop_output,
    flush_output,
    is_lost_output,
    open_closed_streams,
    unwritable_output,
)
from bitrix_node.version import VERSION

_COMMANDS = {
    "actions": ("actions", "List every action."),
    "build": ("build", "Build the installable n8n package."),
    "demo": ("demo", "Show the main job on the embedded sandbox."),
    "explain": ("explain", "Print the REST calls an action would send."),
    "migrate": ("migrate", "Turn workflows of another Bitrix24 node into workflows of this one."),
    "n8n": ("n8n", "Install and start a real n8n with everything wired together."),
    "run": ("run", "Run one action over input items."),
    "runner": ("runner", "Connect to an n8n task broker and execute actions."),
    "sandbox": ("sandbox", "Serve the embedded Bitrix24 portal."),
    "validate": ("validate", "Check definitions."),
}


class _Commands(click.Group):
    """A group whose commands stand in modules of their own."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = import_module(f"bitrix_node.hosts.cli.{_COMMANDS[cmd_name][0]}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(VERSION, prog_name="bitrix-node")
def bitrix_node() -> None:
    """Bitrix24 for n8n, the shell and Python."""


def run_command_line() -> int:
    """Runs the command that the arguments name.

    Returns:
        The exit code: 0 done, 1 an item failed or a check fell short, 2 wrong usage, 130 stopped.
    """
    open_closed_streams()
    code = _run()
    try:
        flush_output()
    except OSError as error:
        click.echo(_lost(error), err=True)
        return code or ITEM_FAILED
    return code


def _run() -> int:
    output = sys.stdout
    try:
        return bitrix_node(prog_name="bitrix-node", standalone_mode=False) or 0
    except click.Abort:
        click.echo("Stopped.", err=True)
        return STOPPED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except SystemExit:
        if sys.stdout is output:
            raise
        return 0  # click ends so, and replaces standard output, when whoever read it has gone
    except Exception as error:
        if "BITRIX_NODE_DEBUG" in os.environ:
            raise
        if is_lost_output(error):
            drop_output()
        click.echo(_lost(error) if is_lost_output(error) else _unforeseen(error), err=True)
        return ITEM_FAILED


def _lost(error: Exception) -> str:
    return f"Error: {unwritable_output(error)}"


def _unforeseen(error: Exception) -> str:
    """The message for what no command foresaw; its text may hold anything, so only its kind is shown."""
    return (
        f"Error: the command met something it was not built for ({type(error).__name__}). "
        "Set BITRIX_NODE_DEBUG=1 to see where, and please report it."
    )
