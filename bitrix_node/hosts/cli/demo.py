"""`bitrix-node demo`: the main job in one command, with nothing to configure."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from bitrix_node.definitions.locations import packaged_data
from bitrix_node.hosts import loop
from bitrix_node.hosts.cli.faults import ITEM_FAILED, Fault
from bitrix_node.hosts.cli.files import check_writable, write_whole
from bitrix_node.hosts.cli.output import as_text
from bitrix_node.hosts.cli.progress import progress_bar
from bitrix_node.hosts.demo import read_tickets, run_demo

if TYPE_CHECKING:
    from bitrix_node.hosts.demo import DemoReport, Members

SAMPLES = 4


@click.command("demo")
@click.option("--output", metavar="FILE", default="closed_tickets.output.jsonl", show_default=True)
def command(output: str) -> None:
    """Takes the client of every closed ticket out of its support chat, in the embedded portal."""
    check_writable(output, "--output")
    tickets = packaged_data().examples / "closed_tickets.jsonl"
    with progress_bar("Removing clients", show=sys.stderr.isatty()) as progress:
        report = loop.run(run_demo(read_tickets(tickets), progress))
    write_whole(Path(output), as_text(report.outputs, lines=True))
    _print(report, tickets, output)
    if not report.done:
        raise Fault("No client could be removed", exit_code=ITEM_FAILED)
    if report.wrong:
        chats = ", ".join(map(str, report.wrong[:5]))
        raise Fault(f"The portal does not hold the right members in chat {chats}", exit_code=ITEM_FAILED)


def _print(report: DemoReport, tickets: Path, output: str) -> None:
    console = Console(highlight=False)
    console.print(
        f"[bold]{len(report.tickets)} closed tickets[/] from {tickets.name}: "
        "each client leaves its support chat (Chatbot: Delete Chat User, Continue On Fail on)\n"
    )
    console.print(_summary(report))
    console.print(f"\nOutput items: {output}\n")
    console.print(_chats(report))
    if report.done and not report.wrong:
        console.print(
            f"\n[green]✓[/] Asked the portal about {len(report.after)} chats: every removed client is gone, "
            "everybody else is still there"
        )


def _summary(report: DemoReport) -> Table:
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_column(justify="right")
    table.add_column()
    table.add_row(f"[bold green]{report.done}[/]", "removed")
    for reason, count in report.failed.most_common():
        table.add_row(f"[bold yellow]{count}[/]", f"failed: {reason}")
    table.add_row(f"[bold]{report.requests}[/]", f"requests to the portal ({len(report.tickets)} items share them)")
    table.add_row(f"[bold]{report.seconds:.2f}[/]", "seconds")
    return table


def _chats(report: DemoReport) -> Table:
    """A few chats before and after: of each kind of ending, one."""
    table = Table(title="From the portal", title_justify="left", show_edge=False, header_style="bold")
    for title in ("chat", "members before", "members after", "ticket"):
        table.add_column(title)
    seen: set[str] = set()
    for item in report.outputs:
        ending = "removed" if "deleted" in item["json"] else str(item["json"]["error"])
        ticket = report.tickets[item["pairedItem"]["item"]]
        chat = int(str(ticket["chatId"]).removeprefix("chat"))
        if ending in seen or chat not in report.before or len(seen) == SAMPLES:
            continue
        seen.add(ending)
        after = report.after.get(chat, {})
        table.add_row(str(chat), _names(report.before[chat]), _names(after), f"{ticket['ticket']}: {ending}")
    return table


def _names(members: Members) -> str:
    return ", ".join(members.values())
