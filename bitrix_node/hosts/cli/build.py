"""`bitrix-node build`: the installable n8n package."""

from __future__ import annotations

from pathlib import Path

import click

from bitrix_node.hosts.cli.faults import Fault
from bitrix_node.n8n.package import build_package


@click.command("build")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path("dist"), show_default=True)
def command(out: Path) -> None:
    """Builds the installable n8n package (.tgz) from the definitions and prints where it is."""
    try:
        click.echo(build_package(out))
    except OSError as error:
        raise Fault(f"{out} cannot be written ({error.strerror})", "Name a folder with --out.") from None
