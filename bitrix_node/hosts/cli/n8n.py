"""`bitrix-node n8n up`: a real n8n with the node, a runner and the sandbox."""

from __future__ import annotations

from pathlib import Path

import click

from bitrix_node.hosts import loop
from bitrix_node.hosts.cli.faults import Fault
from bitrix_node.n8n.installation.errors import InstallationError
from bitrix_node.n8n.installation.up import UpOptions, up


@click.group("n8n")
def command() -> None:
    """A real n8n with everything wired together."""


@command.command("up")
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), help="Where everything is kept.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port of the editor.")
def n8n_up(folder: Path | None, port: int | None) -> None:
    """Installs (once) and starts n8n with the node package, a runner and the sandbox; Ctrl-C stops all of them."""
    given = {name: value for name, value in (("folder", folder), ("port", port)) if value is not None}
    try:
        loop.run(up(UpOptions(**given), lambda line: click.echo(line, err=True)))  # type: ignore[arg-type]
    except InstallationError as error:
        raise Fault(str(error), exit_code=1) from None
