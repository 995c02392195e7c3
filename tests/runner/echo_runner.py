"""A program that serves a task broker with an executor of its own; `test_process` starts it."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import TYPE_CHECKING, Any

from bitrix_node.hosts.runner import RunnerConfig, RunnerError, TaskContext, configure_logging, serve

if TYPE_CHECKING:
    from collections.abc import Mapping


async def echo(settings: Mapping[str, Any], _context: TaskContext) -> Mapping[str, Any]:
    await asyncio.sleep(settings.get("seconds", 0))
    return {"echo": settings}


def main() -> int:
    try:
        config = RunnerConfig.from_environment(os.environ)
        configure_logging(config.log_level)
        asyncio.run(serve(config, echo))
    except RunnerError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
