"""The environment becomes a configuration, or one list of everything that is wrong with it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from bitrix_node.hosts.runner import ConfigurationError, HealthCheckConfig, RunnerConfig

if TYPE_CHECKING:
    from pathlib import Path

TOKEN = {"N8N_RUNNERS_AUTH_TOKEN": "s3cret"}


def faults(**variables: str) -> tuple[str, ...]:
    with pytest.raises(ConfigurationError) as caught:
        RunnerConfig.from_environment(variables)
    assert caught.value.exit_code == 2
    return caught.value.faults


def test_defaults_are_those_of_n8n() -> None:
    config = RunnerConfig.from_environment(TOKEN)
    assert config == RunnerConfig(auth_token="s3cret")
    assert (config.broker_uri, config.max_concurrency, config.task_timeout) == ("http://127.0.0.1:5679", 10, 300)
    assert (config.max_payload, config.auto_shutdown_timeout) == (1024**3, 0)
    assert config.health_check == HealthCheckConfig(enabled=False, host="127.0.0.1", port=5681)


def test_every_variable_is_read() -> None:
    config = RunnerConfig.from_environment(
        {
            "N8N_RUNNERS_TASK_BROKER_URI": "https://n8n.example:8443/",
            "N8N_RUNNERS_AUTH_TOKEN": " s3cret\n",
            "N8N_RUNNERS_GRANT_TOKEN": "grant",
            "N8N_RUNNERS_ID": "east",
            "N8N_RUNNERS_MAX_CONCURRENCY": "3",
            "N8N_RUNNERS_TASK_TIMEOUT": "60",
            "N8N_RUNNERS_MAX_PAYLOAD": "1048576",
            "N8N_RUNNERS_AUTO_SHUTDOWN_TIMEOUT": "15",
            "N8N_RUNNERS_GRACEFUL_SHUTDOWN_TIMEOUT": "0",
            "N8N_RUNNERS_LAUNCHER_LOG_LEVEL": "WARN",
            "N8N_RUNNERS_HEALTH_CHECK_SERVER_ENABLED": "true",
            "N8N_RUNNERS_HEALTH_CHECK_SERVER_HOST": "0.0.0.0",
            "N8N_RUNNERS_HEALTH_CHECK_SERVER_PORT": "5683",
        }
    )
    assert config == RunnerConfig(
        broker_uri="https://n8n.example:8443",
        auth_token="s3cret",
        grant_token="grant",
        runner_id="east",
        max_concurrency=3,
        task_timeout=60,
        max_payload=1048576,
        auto_shutdown_timeout=15,
        graceful_shutdown_timeout=0,
        log_level=logging.WARNING,
        health_check=HealthCheckConfig(enabled=True, host="0.0.0.0", port=5683),
    )
    assert not config.connects_once


def test_a_grant_token_alone_is_enough_for_one_connection() -> None:
    assert RunnerConfig.from_environment({"N8N_RUNNERS_GRANT_TOKEN": "grant"}).connects_once


def test_without_a_token_the_message_says_what_to_set() -> None:
    (fault,) = faults()
    assert "N8N_RUNNERS_AUTH_TOKEN" in fault
    assert "n8n" in fault


def test_an_address_of_redis_that_is_none_is_a_fault_and_not_repeated() -> None:
    (fault,) = faults(**TOKEN, BITRIX24_REDIS_URL="http://:s3cr3t@cache")
    assert fault.startswith("BITRIX24_REDIS_URL must be an address like redis://")
    assert "s3cr3t" not in fault


def test_empty_variables_count_as_unset() -> None:
    assert RunnerConfig.from_environment({**TOKEN, "N8N_RUNNERS_TASK_TIMEOUT": ""}).task_timeout == 300


@pytest.mark.parametrize("name", ["N8N_RUNNERS_AUTH_TOKEN", "N8N_RUNNERS_GRANT_TOKEN"])
def test_secrets_come_from_files(tmp_path: Path, name: str) -> None:
    file = tmp_path / "secret"
    file.write_text("from-file\n")
    config = RunnerConfig.from_environment({f"{name}_FILE": str(file)})
    assert "from-file" in {config.auth_token, config.grant_token}


def test_a_variable_wins_over_its_file() -> None:
    config = RunnerConfig.from_environment({**TOKEN, "N8N_RUNNERS_AUTH_TOKEN_FILE": "/nowhere"})
    assert config.auth_token == "s3cret"


def test_other_settings_come_from_files_too_and_their_faults_name_the_file_variable(tmp_path: Path) -> None:
    file = tmp_path / "timeout"
    file.write_text("soon")
    (fault,) = faults(**TOKEN, N8N_RUNNERS_TASK_TIMEOUT_FILE=str(file))
    assert fault.startswith("N8N_RUNNERS_TASK_TIMEOUT_FILE is 'soon'")


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe"])
def test_an_unusable_secret_file_is_the_only_fault_and_names_its_path(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    (fault,) = faults(N8N_RUNNERS_AUTH_TOKEN_FILE=str(file))
    assert "N8N_RUNNERS_AUTH_TOKEN_FILE" in fault
    assert str(file) in fault


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("N8N_RUNNERS_TASK_BROKER_URI", "localhost:5679", "http://127.0.0.1:5679"),
        ("N8N_RUNNERS_TASK_BROKER_URI", "ws://127.0.0.1:5679", "http://127.0.0.1:5679"),
        ("N8N_RUNNERS_TASK_BROKER_URI", "http://127.0.0.1:port", "http://127.0.0.1:5679"),
        ("N8N_RUNNERS_TASK_BROKER_URI", "http://", "http://127.0.0.1:5679"),
        ("N8N_RUNNERS_TASK_BROKER_URI", "http://n8n:5679/?a=b", "http://127.0.0.1:5679"),
        ("N8N_RUNNERS_MAX_CONCURRENCY", "0", "a whole number from 1 up"),
        ("N8N_RUNNERS_MAX_CONCURRENCY", "many", "a whole number from 1 up"),
        ("N8N_RUNNERS_MAX_CONCURRENCY", "²", "a whole number from 1 up"),
        ("N8N_RUNNERS_TASK_TIMEOUT", "-5", "a whole number from 1 up"),
        ("N8N_RUNNERS_TASK_TIMEOUT", "1.5", "a whole number from 1 up"),
        ("N8N_RUNNERS_MAX_PAYLOAD", "10", "a whole number from 1024 up"),
        ("N8N_RUNNERS_AUTO_SHUTDOWN_TIMEOUT", "-1", "a whole number from 0 up"),
        ("N8N_RUNNERS_GRACEFUL_SHUTDOWN_TIMEOUT", "x", "a whole number from 0 up"),
        ("N8N_RUNNERS_HEALTH_CHECK_SERVER_ENABLED", "maybe", "true or false"),
        ("N8N_RUNNERS_HEALTH_CHECK_SERVER_PORT", "70000", "a whole number from 1 to 65535"),
        ("N8N_RUNNERS_LAUNCHER_LOG_LEVEL", "loud", "debug, info, warn, warning, error"),
    ],
)
def test_a_faulty_value_is_named_with_what_is_allowed(name: str, value: str, allowed: str) -> None:
    (fault,) = faults(**TOKEN, **{name: value})
    assert f"{name} is " in fault
    assert value.lower() in fault
    assert allowed in fault


def test_a_password_in_the_address_is_refused_and_not_repeated() -> None:
    (fault,) = faults(**TOKEN, N8N_RUNNERS_TASK_BROKER_URI="http://user:h1dden@n8n:5679")
    assert "N8N_RUNNERS_TASK_BROKER_URI" in fault
    assert "h1dden" not in fault


def test_all_faults_are_told_at_once() -> None:
    told = faults(N8N_RUNNERS_TASK_TIMEOUT="x", N8N_RUNNERS_MAX_CONCURRENCY="y")
    assert len(told) == 3
    assert all(any(name in fault for fault in told) for name in ("TIMEOUT", "CONCURRENCY", "AUTH_TOKEN"))


def test_tokens_do_not_show_when_a_configuration_is_printed() -> None:
    assert "s3cret" not in repr(RunnerConfig(auth_token="s3cret", grant_token="s3cret"))
