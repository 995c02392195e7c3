"""The node package inside a user folder of n8n."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from bitrix_node.n8n.installation.install import run_npm
from bitrix_node.n8n.installation.node import find_node

if TYPE_CHECKING:
    from pathlib import Path

# No lock file: it would pin the old archive's checksum and refuse a rebuilt package of the same version.
_OPTIONS = ("--ignore-scripts", "--legacy-peer-deps", "--no-audit", "--no-fund", "--no-package-lock")
_FINGERPRINT = ".installed-package"


async def install_package(archive: Path, user_folder: Path) -> bool:
    """Installs a built node package (`.tgz`) into n8n's folder for community nodes.

    n8n loads the packages of `.n8n/nodes` when it starts. A package whose bytes have not changed is left alone.

    Args:
        archive: Absolute path of the package.
        user_folder: n8n's user folder.

    Returns:
        Whether anything was installed.

    Raises:
        InstallationError: npm refused the package.
    """
    nodes = user_folder / ".n8n" / "nodes"
    marker = nodes / _FINGERPRINT
    fingerprint = _fingerprint(archive)
    if _content(marker) == fingerprint:
        return False
    _prepare(nodes)
    await run_npm(
        find_node(),
        ["install", *_OPTIONS, os.fspath(archive)],
        folder=nodes,
        log=user_folder / "npm.log",
        failure="The Bitrix24 package could not be installed into n8n.",
    )
    marker.write_text(fingerprint, encoding="utf-8")
    return True


def _fingerprint(archive: Path) -> str:
    return hashlib.sha256(archive.read_bytes()).hexdigest()


def _content(file: Path) -> str | None:
    return file.read_text(encoding="utf-8") if file.exists() else None


def _prepare(nodes: Path) -> None:
    nodes.mkdir(parents=True, exist_ok=True)
    for stale in (_FINGERPRINT, "package-lock.json"):
        (nodes / stale).unlink(missing_ok=True)
    manifest = nodes / "package.json"
    if not manifest.exists():
        manifest.write_text('{"name": "installed-nodes", "private": true, "dependencies": {}}\n', encoding="utf-8")
