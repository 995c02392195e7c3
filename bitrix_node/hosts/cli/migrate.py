"""`bitrix-node migrate`: workflows of another Bitrix24 node become workflows of this one."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bitrix_node.definitions import Definitions
from bitrix_node.hosts.cli.faults import ITEM_FAILED, Fault
from bitrix_node.hosts.cli.files import check_writable, write_whole
from bitrix_node.n8n.migration import NodeReport, UnreadableWorkflow, migrate_workflow

if TYPE_CHECKING:
    from collections.abc import Sequence


@click.command("migrate")
@click.argument("workflow", metavar="WORKFLOW|-")
@click.option("--output", metavar="FILE", help="Write the workflow here instead of to standard output.")
def command(workflow: str, output: str | None) -> int:
    """Turns the nodes of the community package n8n-nodes-bitrix24 in a workflow's JSON into nodes of this package.

    Other nodes stay as they are. What is left to do, and what could not be carried over, is said for every node on
    standard error. Ends with 1 when a node had to stay as it was.
    """
    if output is not None:
        check_writable(output, "--output")
    name = "standard input" if workflow == "-" else workflow
    try:
        migrated, reports = migrate_workflow(_read(workflow, name), Definitions.packaged())
    except UnreadableWorkflow as error:
        raise Fault(f"{name} is no workflow of n8n: {error}", "Export it in n8n with Download.") from None
    text = _as_text(migrated)
    if output is not None:
        write_whole(Path(output), text)
    else:
        click.echo(text, nl=False)
    _tell(reports)
    return 0 if all(report.migrated for report in reports) else ITEM_FAILED


def _read(source: str, name: str) -> Any:
    try:
        raw = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
        return json.loads(raw.decode("utf-8-sig"))
    except OSError as error:
        raise Fault(f"{name} cannot be read ({error.strerror})") from None
    except UnicodeDecodeError as error:
        raise Fault(f"{name} is not UTF-8 text (byte {error.start})") from None
    except json.JSONDecodeError as error:
        raise Fault(f"{name} is not JSON: {error.msg} at line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise Fault(f"{name} is nested too deeply to be a workflow") from None


def _as_text(content: Any) -> str:
    """JSON in n8n's own layout; half a surrogate pair, which no file can hold, stays escaped."""
    text = json.dumps(content, indent=2, ensure_ascii=False)
    return (text if _is_encodable(text) else json.dumps(content, indent=2)) + "\n"


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _tell(reports: Sequence[NodeReport]) -> None:
    for report in reports:
        what = f"migrated ({report.action})" if report.migrated else "left as it was"
        click.echo(f"{report.name}: {what}", err=True)
        for remark in report.remarks:
            click.echo(f"  - {remark}", err=True)
    left = sum(not report.migrated for report in reports)
    done = len(reports) - left
    counted = f"{done} {'node' if done == 1 else 'nodes'} migrated" + (f", {left} left" if left else "")
    click.echo(f"{counted}." if reports else "The workflow has no node of n8n-nodes-bitrix24.", err=True)
