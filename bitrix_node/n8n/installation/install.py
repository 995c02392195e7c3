"""n8n in the user's cache: installed once per version, complete or not at all."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from bitrix_node.n8n.installation.errors import InstallationError
from bitrix_node.n8n.installation.locks import waiting_lock
from bitrix_node.n8n.installation.node import NodeRuntime, find_node

if TYPE_CHECKING:
    from collections.abc import Callable

    Progress = Callable[[str], None]

N8N_VERSION = "2.40.7"
LOG_LINES_SHOWN = 15

_MARKER = ".complete"
_N8N_MANIFEST = Path("node_modules/n8n/package.json")
_SQLITE_BINARY = Path("node_modules/sqlite3/build/Release/node_sqlite3.node")
_COMPILERS = ("cc", "gcc", "clang")


def cache_folder() -> Path:
    """Returns the folder for this version of n8n, below `$XDG_CACHE_HOME` or `~/.cache`."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "bitrix-node" / f"n8n-{N8N_VERSION}"


async def ensure_n8n(progress: Progress, folder: Path | None = None) -> Path:
    """Installs n8n unless it is there already; two callers at once share one installation.

    Install scripts stay off, because one of them downloads a prebuilt library that n8n does not need;
    sqlite3, the one native module it does need, is built afterwards.

    Args:
        progress: Called with a line of text whenever something that takes time begins.
        folder: Where n8n lives; the user's cache by default.

    Returns:
        The folder that holds `node_modules/n8n`.

    Raises:
        InstallationError: npm failed, or a compiler is missing; names the log file.
    """
    target = folder or cache_folder()
    if (target / _MARKER).exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    async with waiting_lock(
        target.with_name(f"{target.name}.lock"),
        on_wait=lambda: progress("Another process is installing n8n; waiting for it"),
    ):
        if not (target / _MARKER).exists() and not _adopt(target):
            await _install(target, progress)
    return target


def _adopt(folder: Path) -> bool:
    """Marks an installation made by hand as complete when all that n8n needs is there."""
    if not ((folder / _N8N_MANIFEST).is_file() and (folder / _SQLITE_BINARY).is_file()):
        return False
    (folder / _MARKER).touch()
    return True


async def _install(target: Path, progress: Progress) -> None:
    node = find_node()
    partial = target.with_name(f"{target.name}.partial")
    log = target.with_name(f"{target.name}.log")
    for leftover in (partial, target):
        await asyncio.to_thread(shutil.rmtree, leftover, ignore_errors=True)
    partial.mkdir()
    log.write_bytes(b"")
    progress(f"Installing n8n {N8N_VERSION} into {target} (once; about 3 minutes and 3 GB)")
    await run_npm(
        node,
        ["install", "--ignore-scripts", "--no-audit", "--no-fund", f"n8n@{N8N_VERSION}"],
        folder=partial,
        log=log,
        failure="n8n could not be installed.",
    )
    progress("Building the database driver (about a minute)")
    await run_npm(node, ["rebuild", "sqlite3"], folder=partial, log=log, failure=_build_failure())
    (partial / _MARKER).touch()
    partial.rename(target)


def _build_failure() -> str:
    message = "The database driver of n8n (sqlite3) could not be built."
    if any(shutil.which(name) for name in _COMPILERS) and shutil.which("make"):
        return message
    return f"{message} A C++ compiler and make are missing: on Debian or Ubuntu, apt-get install build-essential."


async def run_npm(node: NodeRuntime, arguments: list[str], *, folder: Path, log: Path, failure: str) -> None:
    """Runs npm in a folder and appends what it prints to a log file.

    Raises:
        InstallationError: npm ended with an error; `failure`, the last lines of the log, and where the log is.
    """
    with node.environment() as environment, log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            *node.npm(*arguments), cwd=folder, env=environment, stdout=output, stderr=output, start_new_session=True
        )
        try:
            code = await process.wait()
        finally:
            if process.returncode is None:
                os.killpg(process.pid, 9)
                await process.wait()
    if code:
        raise InstallationError(f"{failure}\n{last_lines(log)}", f"npm's whole output is in {log}")


def last_lines(log: Path) -> str:
    """Returns the end of a log file, indented, for the text of an error."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
    return "\n".join(f"    {line}" for line in lines[-LOG_LINES_SHOWN:])
