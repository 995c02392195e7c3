"""What the runner needs to know before it starts, read from the variables that n8n and its launcher set."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from bitrix_node.hosts.runner.environment import Environment
from bitrix_node.hosts.runner.errors import ConfigurationError
from bitrix_node.portal.limits.redis_bucket import check_redis_url
from bitrix_node.portal.limits.sharing import REDIS_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Mapping

TASK_TYPE: Final = "bitrix24"
DEFAULT_BROKER_URI: Final = "http://127.0.0.1:5679"
GIBIBYTE: Final = 1024**3
HIGHEST_PORT: Final = 65535

_LOG_LEVELS: Final[Mapping[str, int]] = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warn": logging.WARNING,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}

_TOKENLESS: Final = (
    "Neither N8N_RUNNERS_AUTH_TOKEN nor N8N_RUNNERS_GRANT_TOKEN is set. "
    "Set N8N_RUNNERS_AUTH_TOKEN to one and the same secret here and in the environment of n8n "
    "(N8N_RUNNERS_AUTH_TOKEN_FILE may name a file that holds it)."
)


@dataclass(frozen=True, slots=True)
class Timings:
    """How long things take, in seconds. The defaults fit n8n's broker; tests shorten them.

    Attributes:
        offer_interval: Pause between two looks at whether offers must be renewed.
        offer_validity: How long an offer stands.
        offer_jitter: Up to how much longer it stands, so that offers do not all end at once.
        offer_latency: How long after its end an offer is still honoured, for an acceptance that is under way.
        connect: Longest wait for each step of connecting.
        heartbeat: Pause between our own pings; half of it without an answer ends the connection.
        first_retry: Pause after the first failed attempt to connect; it doubles with each further one.
        longest_retry: Where the doubling ends: sooner than a node stops waiting for a runner, so that workflows which
            run right after a restart of n8n find one.
        farewell: Longest wait for cancelled tasks to wind up, and for the connection to close.
    """

    offer_interval: float = 0.25
    offer_validity: float = 5.0
    offer_jitter: float = 0.5
    offer_latency: float = 0.1
    connect: float = 10.0
    heartbeat: float = 60.0
    first_retry: float = 1.0
    longest_retry: float = 5.0
    farewell: float = 3.0


@dataclass(frozen=True, slots=True)
class HealthCheckConfig:
    """Where `GET /healthz` is answered, if anywhere."""

    enabled: bool = False
    host: str = "127.0.0.1"
    port: int = 5681


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerConfig:
    """A runner's settings.

    Attributes:
        broker_uri: The task broker's address, without a trailing slash.
        auth_token: The secret shared with n8n; it buys a new grant token for each connection.
        grant_token: A ticket for one connection, as the launcher hands out; used when there is no `auth_token`.
        runner_id: What the runner's id begins with; a random ending is added.
        task_type: The type that the node's `startJob` asks for.
        max_concurrency: Most tasks at once.
        task_timeout: Seconds after which n8n gives a task up.
        max_payload: Largest message, in bytes.
        auto_shutdown_timeout: Idle seconds after which the runner ends; 0 for never.
        graceful_shutdown_timeout: Seconds that running tasks have to finish when the runner ends.
        reconnect_after_drain: Whether to wait for n8n to come back when it shuts down, instead of ending.
        log_level: A level of the `logging` module.
        health_check: Where health checks are answered.
        timings: How long things take.
    """

    broker_uri: str = DEFAULT_BROKER_URI
    auth_token: str = field(default="", repr=False)
    grant_token: str = field(default="", repr=False)
    runner_id: str = TASK_TYPE
    task_type: str = TASK_TYPE
    max_concurrency: int = 10
    task_timeout: float = 300
    max_payload: int = GIBIBYTE
    auto_shutdown_timeout: float = 0
    graceful_shutdown_timeout: float = 30
    reconnect_after_drain: bool = False
    log_level: int = logging.INFO
    health_check: HealthCheckConfig = HealthCheckConfig()
    timings: Timings = Timings()

    @property
    def connects_once(self) -> bool:
        """Whether there is a ticket for one connection only."""
        return not self.auth_token

    @classmethod
    def from_environment(cls, variables: Mapping[str, str]) -> RunnerConfig:
        """Reads the settings from environment variables, with the names and defaults of n8n's own runners.

        Args:
            variables: Such as `os.environ`.

        Raises:
            ConfigurationError: With every fault at once.
        """
        environment = Environment(variables)
        config = cls(
            broker_uri=environment.http_address("N8N_RUNNERS_TASK_BROKER_URI", DEFAULT_BROKER_URI),
            auth_token=environment.text("N8N_RUNNERS_AUTH_TOKEN"),
            grant_token=environment.text("N8N_RUNNERS_GRANT_TOKEN"),
            runner_id=environment.text("N8N_RUNNERS_ID", TASK_TYPE),
            max_concurrency=environment.number("N8N_RUNNERS_MAX_CONCURRENCY", 10, minimum=1),
            task_timeout=environment.number("N8N_RUNNERS_TASK_TIMEOUT", 300, minimum=1),
            max_payload=environment.number("N8N_RUNNERS_MAX_PAYLOAD", GIBIBYTE, minimum=1024),
            auto_shutdown_timeout=environment.number("N8N_RUNNERS_AUTO_SHUTDOWN_TIMEOUT", 0, minimum=0),
            graceful_shutdown_timeout=environment.number("N8N_RUNNERS_GRACEFUL_SHUTDOWN_TIMEOUT", 30, minimum=0),
            log_level=_LOG_LEVELS[environment.choice("N8N_RUNNERS_LAUNCHER_LOG_LEVEL", "info", tuple(_LOG_LEVELS))],
            health_check=HealthCheckConfig(
                enabled=environment.flag("N8N_RUNNERS_HEALTH_CHECK_SERVER_ENABLED", default=False),
                host=environment.text("N8N_RUNNERS_HEALTH_CHECK_SERVER_HOST", "127.0.0.1"),
                port=environment.number("N8N_RUNNERS_HEALTH_CHECK_SERVER_PORT", 5681, minimum=1, maximum=HIGHEST_PORT),
            ),
        )
        redis_fault = check_redis_url(environment.text(REDIS_VARIABLE))
        if redis_fault:
            environment.faults.append(f"{REDIS_VARIABLE} {redis_fault}.")
        token_files_named = any(
            fault.startswith(("N8N_RUNNERS_AUTH", "N8N_RUNNERS_GRANT")) for fault in environment.faults
        )
        if not (config.auth_token or config.grant_token or token_files_named):
            environment.faults.append(_TOKENLESS)
        if environment.faults:
            raise ConfigurationError(environment.faults)
        return config
