"""`bitrix-node explain`: what an action would send."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from bitrix_node.definitions import Definitions, UnknownName
from bitrix_node.handlers import Refusal, explain
from bitrix_node.hosts.cli.faults import ITEM_FAILED, Fault
from bitrix_node.hosts.cli.input import load_items
from bitrix_node.hosts.cli.output import as_text
from bitrix_node.hosts.cli.parameters import parameter_options, read_parameters
from bitrix_node.parameters import ParameterError, read_values
from bitrix_node.runtime.node import item_inputs


@click.command("explain")
@click.argument("resource")
@click.argument("operation")
@parameter_options
@click.option("--items", metavar="FILE|-", help="Input items that expressions refer to. Default: one empty item.")
def command(resource: str, operation: str, params: str | None, single: tuple[str, ...], items: str | None) -> None:
    """Prints the REST calls that OPERATION of RESOURCE would send; sends nothing."""
    try:
        action = Definitions.packaged().operation(resource, operation)
    except UnknownName as error:
        raise Fault(str(error), "'bitrix-node actions' lists every action.") from None
    calls: list[dict[str, Any]] = []
    for entry in item_inputs(read_parameters(params, single), load_items(items)):
        try:
            if isinstance(entry.parameters, Exception):
                raise Fault(f"Item {entry.index}: {entry.parameters}", exit_code=ITEM_FAILED)
            values = read_values(action, entry.parameters, entry.binary)
            calls += [{"item": entry.index, **call} for call in explain(action, values)]
        except (ParameterError, Refusal) as error:
            raise Fault(f"Item {entry.index}: {error.message}", error.advice, ITEM_FAILED) from None
    pretty = json.dumps(calls, indent=2, ensure_ascii=False) + "\n"
    click.echo(pretty if sys.stdout.isatty() else as_text(calls, lines=False), nl=False)
