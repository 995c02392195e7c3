"""The file of a credential: read, and renewed tokens written back whole before they are used."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bitrix_node.credentials import CredentialError, OAuth2, parse_credential
from bitrix_node.definitions.yaml_files import UnreadableFile, read_yaml
from bitrix_node.hosts.cli.faults import Fault
from bitrix_node.hosts.cli.files import write_whole

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

_PAUSE = 0.05
"""Seconds between two attempts at a lock that another process holds."""


@dataclass(frozen=True, slots=True)
class CredentialFile:
    """A JSON or YAML file with a credential's fields; a `TokenStore` for those of OAuth2."""

    path: Path

    def read(self) -> dict[str, Any]:
        """Its fields.

        Raises:
            Fault: when it cannot be read or holds something else.
        """
        try:
            stored = read_yaml(self.path)
        except UnreadableFile as error:
            raise Fault(f"--credential: {error}") from None
        if not isinstance(stored, dict):
            raise Fault(f"--credential: {self.path} must hold an object with the credential's fields")
        return stored

    @asynccontextmanager
    async def exclusively(self) -> AsyncIterator[None]:
        """Waits until no other process renews a credential in this folder; the system ends the lock of one that died.

        The folder is locked and not the file, which is replaced by another one when tokens are written.
        """
        folder = _open_folder(self.path.resolve().parent)
        if folder is None:
            yield
            return
        try:
            while not _lock(folder):  # noqa: ASYNC110 - the system tells nobody that a lock is free
                await asyncio.sleep(_PAUSE)
            yield
        finally:
            os.close(folder)

    async def load(self) -> OAuth2 | None:
        """The credential as the file holds it now; `None` when it holds none any more."""
        try:
            credential = parse_credential(await asyncio.to_thread(self.read))
        except (Fault, CredentialError):
            return None
        return credential if isinstance(credential, OAuth2) else None

    async def keep(self, credential: OAuth2) -> None:
        """Replaces the tokens in the file; everything else in it stays.

        Raises:
            CredentialError: when they cannot be kept; the old refresh token is used up by then.
        """
        try:
            await asyncio.to_thread(self._write, credential)
        except Fault as error:
            raise CredentialError(f"The renewed tokens are lost: {error}", "Connect the account again.") from None

    def _write(self, credential: OAuth2) -> None:
        stored = self.read()
        target = stored.get("oauthTokenData") or stored
        target["access_token"] = credential.access_token.get_secret_value()
        target["client_endpoint"] = credential.client_endpoint
        if credential.refresh_token is not None:
            target["refresh_token"] = credential.refresh_token.get_secret_value()
        if credential.expires is not None:
            target["expires"] = credential.expires
        before = parse_credential(stored)
        if isinstance(before, OAuth2) and before.refreshing_server != credential.refreshing_server:
            target["server_endpoint"] = credential.server_endpoint
        write_whole(self.path, self._serialised(stored))

    def _serialised(self, stored: dict[str, Any]) -> str:
        if self.path.suffix in {".yaml", ".yml"}:
            import yaml  # noqa: PLC0415

            return str(yaml.safe_dump(stored, sort_keys=False))
        return json.dumps(stored, indent=2) + "\n"


def _open_folder(folder: Path) -> int | None:
    """The folder to lock; `None` where the system locks no folders."""
    if sys.platform == "win32":
        return None
    try:
        return os.open(folder, os.O_RDONLY)
    except OSError:
        return None


def _lock(folder: int) -> bool:
    """Tries to lock; a file system without locks counts as locked, so that renewing goes on without."""
    if sys.platform == "win32":
        return True
    import fcntl  # noqa: PLC0415 - POSIX only

    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True
