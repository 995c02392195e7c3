"""`bitrix-node actions`: every action there is."""

from __future__ import annotations

import json
import sys

import click

from bitrix_node.definitions import Definitions, UnknownName
from bitrix_node.definitions.listing import list_actions
from bitrix_node.hosts.cli.faults import Fault


@click.command("actions")
@click.option("--json", "as_json", is_flag=True, help="Print everything about each action, as JSON.")
@click.option("--resource", metavar="R", help="Only the actions of this resource.")
def command(as_json: bool, resource: str | None) -> None:
    """Lists every action."""
    definitions = Definitions.packaged()
    try:
        names = [resource] if resource else sorted(definitions.resource_names)
        if as_json:
            rows = list_actions(definitions, resource)
            click.echo(json.dumps(rows, indent=1, ensure_ascii=False))
            return
        entries = [
            (name, operation.operation, operation.name, operation.description)
            for name in names
            for operation in sorted(definitions.resource(name).operations, key=lambda entry: entry.operation)
        ]
    except UnknownName as error:
        raise Fault(str(error)) from None
    if sys.stdout.isatty():
        _print_table(entries)
    else:
        for entry in entries:
            click.echo("\t".join(entry))


def _print_table(entries: list[tuple[str, str, str, str]]) -> None:
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    table = Table(show_edge=False, header_style="bold")
    for title in ("resource", "operation", "name"):
        table.add_column(title, no_wrap=True)
    table.add_column("description", overflow="fold", style="dim")
    previous = ""
    for resource, operation, name, description in entries:
        table.add_row(resource if resource != previous else "", operation, name, description)
        previous = resource
    console = Console()
    console.print(table)
    console.print(f"{len(entries)} actions", style="dim")
