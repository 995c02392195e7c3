"""`bitrix-node explain`: what an action would send, or the Python code that runs it."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from bitrix_node.definitions import Definitions, UnknownName
from bitrix_node.handlers import Refusal, explain
from bitrix_node.hosts.cli.faults import ITEM_FAILED, Fault
from bitrix_node.hosts.cli.input import load_items
from bitrix_node.hosts.cli.once import option_once
from bitrix_node.hosts.cli.output import as_text
from bitrix_node.hosts.cli.parameters import parameter_options, read_parameters
from bitrix_node.hosts.cli.snippet import code_node as code_for_node
from bitrix_node.hosts.cli.snippet import script
from bitrix_node.parameters import ParameterError, read_values
from bitrix_node.parameters.expressions import holds_expression
from bitrix_node.runtime.node import item_inputs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bitrix_node.definitions import Operation


@click.command("explain")
@click.argument("resource")
@click.argument("operation")
@parameter_options
@option_once("--items", metavar="FILE|-", help="Input items that expressions refer to. Default: one empty item.")
@click.option("--python", is_flag=True, help="Print a Python script that runs the action instead.")
@click.option("--code-node", is_flag=True, help="Print code for n8n's Python Code node instead.")
def command(
    resource: str,
    operation: str,
    params: str | None,
    single: tuple[str, ...],
    items: str | None,
    python: bool,
    code_node: bool,
) -> None:
    """Prints the REST calls that OPERATION of RESOURCE would send, or Python code that runs it; sends nothing.

    Without parameters the code has the required ones to be filled in. Secrets are not printed.
    """
    if python and code_node:
        raise Fault("--python and --code-node were both given", "One prints a script, the other code for n8n.")
    try:
        action = Definitions.packaged().operation(resource, operation)
    except UnknownName as error:
        raise Fault(str(error), "'bitrix-node actions' lists every action.") from None
    parameters, inputs = read_parameters(params, single), load_items(items)
    if python or code_node:
        if parameters and (items is not None or not holds_expression(parameters)):
            _calls(action, parameters, inputs)  # refuses what would be refused
        shown = script(resource, action, parameters, inputs) if python else code_for_node(resource, action, parameters)
        click.echo(shown, nl=False)
        return
    calls = _calls(action, parameters, inputs)
    pretty = json.dumps(calls, indent=2, ensure_ascii=False) + "\n"
    click.echo(pretty if sys.stdout.isatty() else as_text(calls, lines=False), nl=False)


def _calls(action: Operation, parameters: dict[str, Any], inputs: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What would be sent.

    Raises:
        Fault: when an item would be refused.
    """
    calls: list[dict[str, Any]] = []
    for entry in item_inputs(parameters, inputs):
        try:
            if isinstance(entry.parameters, Exception):
                raise Fault(f"Item {entry.index}: {entry.parameters}", exit_code=ITEM_FAILED)
            values = read_values(action, entry.parameters, entry.binary)
            calls += [{"item": entry.index, **call} for call in explain(action, values)]
        except (ParameterError, Refusal) as error:
            raise Fault(f"Item {entry.index}: {error.message}", error.advice, ITEM_FAILED) from None
    return calls
