"""The built package under n8n's rules for community nodes."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest_asyncio

from bitrix_node.n8n.installation.node import find_node
from bitrix_node.n8n.package import build_package
from tests.npm_packages import installed

LINT = Path(__file__).parent / "lint"
PACKAGE = "n8n-nodes-bitrix24-py"
TYPE_CHECKS = (
    "--allowJs",
    "--checkJs",
    "--noEmit",
    "--strict",
    "--skipLibCheck",
    "--resolveJsonModule",
    *("--target", "es2022"),
    *("--module", "node16"),
)


async def linter() -> Path:
    """The linter's folder in the user's cache."""
    folder = await installed("lint", LINT / "package.json")
    shutil.copy(LINT / "lint.mjs", folder)
    return folder


@pytest_asyncio.fixture
async def tools() -> Path:
    """The linter, installed."""
    return await linter()


async def run_node(*arguments: str | Path, folder: Path) -> tuple[int | None, str]:
    """Runs a script under Node.js and returns its exit code and what it printed."""
    process = await asyncio.create_subprocess_exec(
        find_node().executable,
        *arguments,
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    return process.returncode, output.decode()


async def test_the_package_has_no_findings(tmp_path: Path, tools: Path) -> None:
    build_package(tmp_path)
    code, output = await run_node("lint.mjs", tmp_path / PACKAGE, folder=tools)
    assert code == 0, output


async def test_the_scripts_hold_to_their_types(tmp_path: Path, tools: Path) -> None:
    build_package(tmp_path)
    (tmp_path / "node_modules").symlink_to(tools / "node_modules")
    scripts = sorted((tmp_path / PACKAGE / "dist").rglob("*.js"))
    compiler = tools / "node_modules" / "typescript" / "bin" / "tsc"
    code, output = await run_node(compiler, *TYPE_CHECKS, *scripts, folder=tmp_path)
    assert code == 0, output
