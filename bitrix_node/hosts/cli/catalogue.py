"""The listing of every documented REST method, for eyes, pipes and programs."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from bitrix_node.definitions.methods import MethodCatalogue
from bitrix_node.definitions.methods.listing import describe_method
from bitrix_node.hosts.cli.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bitrix_node.definitions.methods import CatalogueMethod

_TITLES = ("method", "version", "permission", "arguments (* required)", "notes")


def print_catalogue(containing: str, *, as_json: bool) -> None:
    """Prints the methods whose names hold a text, or all of them.

    Raises:
        Fault: when there is none.
    """
    catalogue = MethodCatalogue.packaged()
    methods = list(catalogue.methods(containing))
    if not methods:
        nearest = catalogue.nearest(containing)
        raise Fault(f"No method is called {containing!r}", f"Did you mean {' or '.join(nearest)}?" if nearest else "")
    if as_json:
        click.echo(json.dumps([describe_method(method) for method in methods], indent=1, ensure_ascii=False))
    elif sys.stdout.isatty():
        _print_table(methods)
    else:
        for method in methods:
            click.echo("\t".join(_cells(method)))


def _cells(method: CatalogueMethod) -> tuple[str, ...]:
    arguments = (f"{parameter.name}{'*' * parameter.required}" for parameter in method.parameters.values())
    return method.name, f"REST {method.version}", ", ".join(method.scopes), " ".join(arguments), _notes(method)


def _notes(method: CatalogueMethod) -> str:
    replaced = f"deprecated: use {', '.join(method.replaced_by)}" if method.replaced_by else "deprecated"
    notes = {
        replaced: method.deprecated,
        "applications only": method.application_only,
        "administrators": method.administrator,
        f"pages by {method.paging}": method.paging not in (None, "none"),
    }
    return "; ".join(note for note, holds in notes.items() if holds)


def _print_table(methods: Sequence[CatalogueMethod]) -> None:
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    table = Table(show_edge=False, header_style="bold")
    for title in _TITLES:
        table.add_column(title, no_wrap=title == "version", overflow="fold", style="dim" if title == "notes" else None)
    for method in methods:
        table.add_row(*_cells(method))
    console = Console(highlight=False)
    console.print(table)
    console.print(f"{len(methods)} methods", style="dim")
