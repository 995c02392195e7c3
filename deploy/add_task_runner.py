"""Adds task runners to the configuration of n8n's launcher; one of the same type is replaced.

    python add_task_runner.py n8n-task-runners.json /etc/n8n-task-runners.json

The image of every n8n version keeps its own entries this way. Needs nothing but Python.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

_RUNNERS = "task-runners"
_TYPE = "runner-type"


def merged(known: dict[str, Any], added: dict[str, Any]) -> dict[str, Any]:
    """The known configuration with the added runners at its end."""
    types = {runner[_TYPE] for runner in added[_RUNNERS]}
    kept = [runner for runner in known[_RUNNERS] if runner[_TYPE] not in types]
    return {**known, _RUNNERS: [*kept, *added[_RUNNERS]]}


def main(added: Path, configuration: Path) -> None:
    """Writes the runners of one file into the other."""
    result = merged(json.loads(configuration.read_text()), json.loads(added.read_text()))
    configuration.write_text(json.dumps(result, indent="\t") + "\n")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
