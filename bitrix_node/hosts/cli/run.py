"""`bitrix-node run`: one action over input items."""

from __future__ import annotations

import math
import os
import sys
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from bitrix_node.definitions import Definitions, Source, UnknownName
from bitrix_node.definitions.writing import may_write
from bitrix_node.hosts import loop
from bitrix_node.hosts.cli.connection import ConnectionOptions, connected, connection_options
from bitrix_node.hosts.cli.delivery import Delivery
from bitrix_node.hosts.cli.faults import ITEM_FAILED, READER_GONE, Fault
from bitrix_node.hosts.cli.files import check_writable
from bitrix_node.hosts.cli.input import load_items
from bitrix_node.hosts.cli.once import option_once
from bitrix_node.hosts.cli.parameters import parameter_options, read_parameters
from bitrix_node.hosts.cli.progress import progress_bar
from bitrix_node.hosts.cli.stopping import STOPPING, Stoppable
from bitrix_node.hosts.cli.streams import drop_output, unwritable_output
from bitrix_node.parameters.expressions import holds_expression
from bitrix_node.portal import PortalSettings
from bitrix_node.portal.limits.redis_bucket import check_redis_url
from bitrix_node.portal.limits.sharing import REDIS_VARIABLE
from bitrix_node.portal.transport import Timeouts
from bitrix_node.runtime import ItemFailed, Node

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bitrix_node.definitions import Operation
    from bitrix_node.runtime import ProgressReport
    from bitrix_node.runtime.progress import Progress

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
    title = f"{action.name} ({resource})"
    show_progress = not no_progress and sys.stderr.isatty()
    delivery = Delivery(output, jsonl, keeps=_changes_something(action, parameters))
    given: dict[str, Any] = {"parameters": parameters, "items": inputs, "continue_on_fail": continue_on_fail}

    stoppable = Stoppable()

    async def execute() -> list[dict[str, Any]]:
        async with (
            connected(ConnectionOptions(**connection), dict(os.environ)) as (credential, store),
            Node(credential, settings=settings, store=store) as node,
        ):
            with stoppable.this_task(), progress_bar(title, show=show_progress) as tell:
                progress = partial(_note, delivery, tell)
                if delivery.streams:
                    await delivery.stream(node.stream_parts(resource, operation, **given, progress=progress))
                    return []
                return await node.execute(resource, operation, **given, progress=progress)

    with stoppable, _kept(delivery):
        outputs = loop.run(execute())
        if not delivery.streams:
            delivery.finish(outputs)
    if delivery.failed and not continue_on_fail:
        failed = "1 item" if delivery.failed == 1 else f"{delivery.failed:,} items"
        raise Fault(f"{failed} failed; the error items in the output say why", exit_code=ITEM_FAILED)


def _changes_something(action: Operation, parameters: Mapping[str, Any]) -> bool:
    """Whether the run may change something; a method that is a parameter counts as what its name tells."""
    for request in action.calls:
        named = parameters.get(request.method.parameter or "") if isinstance(request.method, Source) else None
        if may_write(request, named if isinstance(named, str) and not holds_expression(named) else None):
            return True
    return False


def _note(delivery: Delivery, tell: Progress, report: ProgressReport) -> None:
    """Takes over what a stopped run leaves; a reader who has enough of what is only read ends it in silence."""
    if report.cancelled:
        delivery.rest = report.items
    if delivery.keeps or not delivery.broken:
        tell(report)


@contextmanager
def _kept(delivery: Delivery) -> Iterator[None]:
    """Keeps the results of a run that ends early.

    Raises:
        Fault: what ended it, and where the results are.
    """
    try:
        yield
    except ItemFailed as error:
        delivery.rest = error.items
        raise Fault(str(error), delivery.salvage(error.done), ITEM_FAILED) from None
    except STOPPING:
        said = delivery.salvage()
        if said:
            click.echo(said, err=True)
        raise
    except Fault as error:
        raise (Fault(error.message, delivery.salvage(), ITEM_FAILED) if delivery.rest else error) from None
    except OSError as error:
        if not (delivery.keeps and delivery.broken):
            raise
        said = delivery.salvage()
        drop_output()
        if isinstance(error, BrokenPipeError):
            raise Fault("Whoever read the output has gone", said, READER_GONE) from None
        raise Fault(unwritable_output(error), said, ITEM_FAILED) from None


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
