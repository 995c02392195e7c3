"""`bitrix-node actions`: every action there is."""

from __future__ import annotations

import json
import sys
from dataclasses import astuple

import click

from bitrix_node.definitions.index import IndexEntry, action_index
from bitrix_node.definitions.unknown import UnknownName
from bitrix_node.hosts.cli.faults import Fault


@click.command("actions")
@click.option("--json", "as_json", is_flag=True, help="Print everything about each action, as JSON.")
@click.option("--resource", metavar="R", help="Only the actions of this resource.")
@click.option("--catalogue", is_flag=True, help="List the documented REST methods instead.")
@click.argument("name", required=False)
def command(as_json: bool, resource: str | None, catalogue: bool, name: str | None) -> None:
    """Lists every action; with --catalogue every REST method that API Call knows, or those with NAME in their names."""
    if catalogue:
        if resource is not None:
            raise Fault(
                "--resource is about actions, not about REST methods", "Write --catalogue and a part of the name."
            )
        from bitrix_node.hosts.cli.catalogue import print_catalogue  # noqa: PLC0415 (reads every method)

        print_catalogue(name or "", as_json=as_json)
        return
    if name is not None:
        raise Fault(f"{name!r} has no meaning without --catalogue", "Write --resource to see one resource's actions.")
    _list_actions(resource, as_json=as_json)


def _list_actions(resource: str | None, *, as_json: bool) -> None:
    try:
        if as_json:
            _print_json(resource)
            return
        entries = action_index(resource)
    except UnknownName as error:
        raise Fault(str(error)) from None
    if sys.stdout.isatty():
        _print_table(entries)
    else:
        for entry in entries:
            click.echo("\t".join(astuple(entry)))


def _print_json(resource: str | None) -> None:
    from bitrix_node.definitions.catalog import Definitions  # noqa: PLC0415 (reads everything about each action)
    from bitrix_node.definitions.listing import list_actions  # noqa: PLC0415

    click.echo(json.dumps(list_actions(Definitions.packaged(), resource), indent=1, ensure_ascii=False))


def _print_table(entries: list[IndexEntry]) -> None:
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    table = Table(show_edge=False, header_style="bold")
    for title in ("resource", "operation", "name"):
        table.add_column(title, no_wrap=True)
    table.add_column("description", overflow="fold", style="dim")
    previous = ""
    for entry in entries:
        table.add_row(
            entry.resource if entry.resource != previous else "", entry.operation, entry.name, entry.description
        )
        previous = entry.resource
    console = Console()
    console.print(table)
    console.print(f"{len(entries)} actions", style="dim")
