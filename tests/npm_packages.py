"""Packages from npm that tests need, in the user's cache."""

from __future__ import annotations

import hashlib
import shutil
from typing import TYPE_CHECKING

from bitrix_node.n8n.installation.install import cache_folder, run_npm
from bitrix_node.n8n.installation.node import find_node

if TYPE_CHECKING:
    from pathlib import Path


async def installed(name: str, manifest: Path) -> Path:
    """A folder with what a `package.json` names, installed once for each content of it."""
    wanted = manifest.read_bytes()  # noqa: ASYNC240 - a few lines
    folder = cache_folder().with_name(f"{name}-{hashlib.sha256(wanted).hexdigest()[:12]}")
    marker = folder / ".complete"
    if not marker.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / "package.json").write_bytes(wanted)
        options = ["install", "--ignore-scripts", "--no-audit", "--no-fund"]
        failure = f"The packages for {name} could not be installed."
        await run_npm(find_node(), options, folder=folder, log=folder / "npm.log", failure=failure)
        marker.touch()
    return folder
