"""`bitrix-node run`: one action over input items."""

from __future__ import annotations

import math
import os
import sys
from typing import TYPE_CHECKING, Any

import click

from bitrix_node.definitions import Definitions, UnknownName
from bitrix_node.hosts import loop
from bitrix_node.hosts.cli.connection import ConnectionOptions, connected, connection_options
from bitrix_node.hosts.cli.faults import ITEM_FAILED, Fault
from bitrix_node.hosts.cli.files import check_writable
from bitrix_node.hosts.cli.input import load_items
from bitrix_node.hosts.cli.once import option_once
from bitrix_node.hosts.cli.output import write_items, write_stream
from bitrix_node.hosts.cli.parameters import parameter_options, read_parameters
from bitrix_node.hosts.cli.progress import progress_bar
from bitrix_node.portal import PortalSettings
from bitrix_node.portal.limits.redis_bucket import check_redis_url
from bitrix_node.portal.limits.sharing import REDIS_VARIABLE
from bitrix_node.portal.transport import Timeouts
from bitrix_node.runtime import ItemFailed, Node

if TYPE_CHECKING:
    from collections.abc import Mapping

TIMEOUT_VARIABLE = "BITRIX24_TIMEOUT_SECONDS"


@click.command("run")
@click.argument("resource")
@click.argument("operation")
@parameter_options
@option_once("--items", metavar="FILE|-", help="Input items: a JSON array or JSON lines. Default: one empty item.")
@connection_options
@click.option("--continue-on-fail", is_flag=True, help="Turn a failed item into an error item and go on.")
@option_once("--output", metavar="FILE", help="Write the items here instead of to standard output.")
@click.option("--jsonl", is_flag=True, help="Write JSON lines instead of a JSON array.")
@click.option("--no-progress", is_flag=True, help="Show no progress bar.")
def command(
    resource: str,
    operation: str,
    params: str | None,
    single: tuple[str, ...],
    items: str | None,
    continue_on_fail: bool,
    output: str | None,
    jsonl: bool,
    no_progress: bool,
    **connection: Any,
) -> None:
    """Runs OPERATION of RESOURCE over input items and prints the output items.

    A parameter value may be an expression, as in n8n: "={{ $json.userId }}". The portal may take 75 seconds to answer;
    set BITRIX24_TIMEOUT_SECONDS to wait longer or less. BITRIX24_REDIS_URL names a Redis through which processes share
    one request limit.
    """
    try:
        action = Definitions.packaged().operation(resource, operation)
    except UnknownName as error:
        raise Fault(str(error), "'bitrix-node actions' lists every action.") from None
    parameters, inputs = read_parameters(params, single), load_items(items)
    settings = portal_settings(os.environ)
    if output is not None:
        check_writable(output, "--output")
    show_progress = not no_progress and sys.stderr.isatty()

    given: dict[str, Any] = {"parameters": parameters, "items": inputs, "continue_on_fail": continue_on_fail}

    async def execute() -> list[dict[str, Any]]:
        async with (
            connected(ConnectionOptions(**connection), dict(os.environ)) as (credential, store),
            Node(credential, settings=settings, store=store) as node,
        ):
            with progress_bar(f"{action.name} ({resource})", show=show_progress) as progress:
                if jsonl:
                    await write_stream(node.stream_parts(resource, operation, **given, progress=progress), output)
                    return []
                return await node.execute(resource, operation, **given, progress=progress)

    try:
        outputs = loop.run(execute())
    except ItemFailed as error:
        raise Fault(str(error), exit_code=ITEM_FAILED) from None
    if not jsonl:
        write_items(outputs, output)


def portal_settings(environment: Mapping[str, str]) -> PortalSettings:
    """How the portal's client behaves, as far as environment variables say.

    Raises:
        Fault: when one cannot be used.
    """
    fault = check_redis_url(environment.get(REDIS_VARIABLE, ""))
    if fault:
        raise Fault(f"{REDIS_VARIABLE} {fault}")
    text = environment.get(TIMEOUT_VARIABLE)
    if not text:
        return PortalSettings()
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < math.inf:
        raise Fault(f"{TIMEOUT_VARIABLE} must be a number of seconds above 0; got {text!r}")
    return PortalSettings(timeouts=Timeouts(connect=min(seconds, Timeouts().connect), read=seconds))
