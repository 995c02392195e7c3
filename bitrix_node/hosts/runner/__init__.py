"""The host that serves n8n's task broker.

`serve` connects to the broker with a `RunnerConfig` and has an `Executor` do the work. The modules, from the
outside in: `service` (stay connected), `connection` (get in), `session` (one connection), `tasks`, `offers` and
`presence` (what a session keeps track of), `messages` and `serialisation` (what travels).
"""

from __future__ import annotations

from bitrix_node.hosts.runner.config import TASK_TYPE, HealthCheckConfig, RunnerConfig, Timings
from bitrix_node.hosts.runner.errors import (
    AuthorizationError,
    ConfigurationError,
    ConnectionLostError,
    HealthCheckPortError,
    RunnerError,
)
from bitrix_node.hosts.runner.logs import configure_logging
from bitrix_node.hosts.runner.service import serve
from bitrix_node.hosts.runner.tasks import Executor, TaskContext, TaskFailed

__all__ = [
    "TASK_TYPE",
    "AuthorizationError",
    "ConfigurationError",
    "ConnectionLostError",
    "Executor",
    "HealthCheckConfig",
    "HealthCheckPortError",
    "RunnerConfig",
    "RunnerError",
    "TaskContext",
    "TaskFailed",
    "Timings",
    "configure_logging",
    "serve",
]
