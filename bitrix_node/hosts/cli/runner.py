"""`bitrix-node runner`: executes actions for n8n."""

from __future__ import annotations

import os
from dataclasses import replace

import click

from bitrix_node.hosts import loop
from bitrix_node.hosts.cli.faults import Fault
from bitrix_node.hosts.job import execute_job
from bitrix_node.hosts.runner import RunnerConfig, RunnerError, configure_logging, serve


@click.command("runner")
def command() -> None:
    """Connects to an n8n task broker and executes actions until it is stopped.

    Reads n8n's own variables: N8N_RUNNERS_TASK_BROKER_URI, N8N_RUNNERS_AUTH_TOKEN and the others of docs/runner.md.
    """
    try:
        config = replace(RunnerConfig.from_environment(os.environ), reconnect_after_drain=True)
        configure_logging(config.log_level)
        loop.run(serve(config, execute_job))
    except RunnerError as error:
        raise Fault(str(error), exit_code=error.exit_code) from None
