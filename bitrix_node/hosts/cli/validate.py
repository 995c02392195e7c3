"""`bitrix-node validate`: every fault of the definitions, with file and path."""

from __future__ import annotations

from pathlib import Path

import click

from bitrix_node.definitions.validation import holds_definitions, validate
from bitrix_node.hosts.cli.faults import ITEM_FAILED, Fault


@click.command("validate")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
def command(paths: tuple[Path, ...]) -> None:
    """Checks definitions: those of the package, or the files and folders at PATH."""
    for path in paths:
        if not holds_definitions(path):
            raise Fault(
                f"{path}: there are no definitions there",
                "Name a file or folder below node_definitions or credentials, or the folder that holds both.",
            )
    faults = validate(paths or None)
    for fault in faults:
        click.echo(str(fault))
    if faults:
        click.echo(f"{len(faults)} fault{'s' if len(faults) > 1 else ''}", err=True)
        raise click.exceptions.Exit(ITEM_FAILED)
    click.echo("The definitions are valid.", err=True)
