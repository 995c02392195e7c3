"""`bitrix-node sandbox`: the embedded portal, served until it is stopped."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import click

from bitrix_node.hosts import loop
from bitrix_node.hosts.cli.faults import Fault
from bitrix_node.sandbox import Sandbox, SandboxConfig


@click.command("sandbox")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port to listen on. Default: a free one.")
@click.option("--db", type=click.Path(dir_okay=False, path_type=Path), help="SQLite file that keeps the state.")
@click.option("--seed", type=click.Choice(["demo", "empty"]), default="demo", show_default=True, help="What is in it.")
@click.option("--bucket", metavar="off|2:50|5:250", default="off", show_default=True, help="Limit on requests.")
@click.option("--latency-ms", type=click.FloatRange(0), default=0, help="Delay of every request.")
@click.option("--cmd-ms", type=click.FloatRange(0), default=0, help="Working time of every command.")
def command(port: int, db: Path | None, seed: str, bucket: str, latency_ms: float, cmd_ms: float) -> None:
    """Serves the embedded Bitrix24 portal on 127.0.0.1 and prints its webhook URL."""
    try:
        config = SandboxConfig(
            port=port,
            database=db,
            seed="demo" if seed == "demo" else "empty",
            bucket=bucket,
            latency_ms=latency_ms,
            command_ms=cmd_ms,
        )
    except ValueError as error:
        raise Fault(str(error)) from None
    try:
        loop.run(_serve(config))
    except ValueError as error:
        raise Fault(str(error)) from None
    except OSError as error:
        raise Fault(f"The sandbox cannot listen on port {port} ({error.strerror})", exit_code=1) from None


async def _serve(config: SandboxConfig) -> None:
    stopped = asyncio.Event()
    running = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        running.add_signal_handler(name, stopped.set)
    async with Sandbox(config) as sandbox:
        click.echo(sandbox.webhook_url)
        click.echo(f"Bitrix24 sandbox at {sandbox.url}; Ctrl-C stops it.", err=True)
        await stopped.wait()
