"""The built package under n8n's rules for community nodes."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
from pathlib import Path

from bitrix_node.n8n.installation.install import cache_folder, run_npm
from bitrix_node.n8n.installation.node import find_node
from bitrix_node.n8n.package import build_package

LINT = Path(__file__).parent / "lint"


async def linter() -> Path:
    """The linter's folder in the user's cache, installed once for each set of rules."""
    rules = (LINT / "package.json").read_bytes()
    folder = cache_folder().with_name(f"lint-{hashlib.sha256(rules).hexdigest()[:12]}")
    marker = folder / ".complete"
    if not marker.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / "package.json").write_bytes(rules)
        options = ["install", "--ignore-scripts", "--no-audit", "--no-fund"]
        await run_npm(
            find_node(), options, folder=folder, log=folder / "npm.log", failure="The linter could not be installed."
        )
        marker.touch()
    shutil.copy(LINT / "lint.mjs", folder)
    return folder


async def test_the_package_has_no_findings(tmp_path: Path) -> None:
    build_package(tmp_path)
    package = tmp_path / "n8n-nodes-bitrix24-py"
    folder = await linter()
    process = await asyncio.create_subprocess_exec(
        find_node().executable,
        "lint.mjs",
        package,
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()
