"""`bitrix-node validate`: every fault of the definitions, with file and path."""

from __future__ import annotations

from pathlib import Path

import click

from bitrix_node.definitions.validation import validate
from bitrix_node.hosts.cli.faults import ITEM_FAILED


@click.command("validate")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
def command(paths: tuple[Path, ...]) -> None:
    """Checks definitions: those of the package, or the files and folders at PATH."""
    faults = validate(paths or None)
    for fault in faults:
        click.echo(str(fault))
    if faults:
        click.echo(f"{len(faults)} fault{'s' if len(faults) > 1 else ''}", err=True)
        raise click.exceptions.Exit(ITEM_FAILED)
    click.echo("The definitions are valid.", err=True)
