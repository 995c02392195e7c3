"""What lies in `deploy/`, and which variables the runner reads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bitrix_node.hosts.runner import ConfigurationError, RunnerConfig

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"


def launcher_entry() -> dict[str, Any]:
    """The runner's entry in the launcher's configuration."""
    (entry,) = json.loads((DEPLOY / "n8n-task-runners.json").read_text())["task-runners"]
    return dict(entry)


def runner_variables() -> set[str]:
    """The names of all variables that the runner reads, without those that name a file."""
    asked = _Asked()
    try:
        RunnerConfig.from_environment(asked)
    except ConfigurationError:
        return {name for name in asked.names if not name.endswith("_FILE")}
    raise AssertionError("The runner started without a token.")


class _Asked(Mapping[str, str]):
    """An environment without variables that remembers what was asked of it."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.names.add(name)
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0
