"""The systemd unit: starts what the wheel installs and leaves running tasks the time to finish."""

from __future__ import annotations

from configparser import ConfigParser

from bitrix_node.hosts.runner import ConfigurationError, RunnerConfig
from tests.deploy.files import DEPLOY


def test_the_unit_starts_the_runner_and_gives_it_time_to_end() -> None:
    unit = ConfigParser(strict=True)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read(DEPLOY / "bitrix-node-runner.service")
    service = unit["Service"]
    assert service["ExecStart"].split("/")[-1] == "bitrix-node runner"
    assert float(service["TimeoutStopSec"]) > RunnerConfig(auth_token="secret").graceful_shutdown_timeout
    assert int(service["RestartPreventExitStatus"]) == ConfigurationError.exit_code
    assert service["DynamicUser"] == "yes"
