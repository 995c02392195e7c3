"""Starts portals and the programs that talk to them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import trustme

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Model:
    """How a portal answers.

    Attributes:
        latency_ms: what every request takes.
        command_ms: what every command takes on top; a batch of ten takes ten of them.
        bucket: limit on requests, `off` or drain and burst as `2:50`.
    """

    latency_ms: float = 100
    command_ms: float = 5
    bucket: str = "off"

    def batch_seconds(self, commands: int) -> float:
        """What a batch of so many commands takes at least."""
        return (self.latency_ms + commands * self.command_ms) / 1000


@dataclass(frozen=True, slots=True)
class Certificates:
    """What makes a portal on this machine as trustworthy as one in the cloud.

    Attributes:
        server: PEM file with certificate and key of the portal.
        authority: PEM file with who signed it.
    """

    server: Path
    authority: Path

    @classmethod
    def issue(cls, folder: Path) -> Certificates:
        """Makes both files in a folder."""
        made = cls(folder / "portal.pem", folder / "authority.pem")
        authority = trustme.CA()
        authority.issue_cert(HOST).private_key_and_cert_chain_pem.write_to_path(str(made.server))
        authority.cert_pem.write_to_path(str(made.authority))
        return made

    @property
    def environment(self) -> Mapping[str, str]:
        """Variables under which programs trust the portal and reach it without a proxy."""
        trusted = str(self.authority)
        return {
            **os.environ,
            "SSL_CERT_FILE": trusted,
            "REQUESTS_CA_BUNDLE": trusted,
            "NO_PROXY": HOST,
            "no_proxy": HOST,
        }


class RunningPortal:
    """A portal in a process of its own.

    Args:
        process: `portal_process` with pipes.
    """

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.webhook: str = self._answer()

    def reset(self, rows: int) -> list[int]:
        """Makes a new start with some contacts; their ids."""
        ids: list[int] = self._command("reset", rows=rows)
        return ids

    def contents(self) -> dict[int, str]:
        """The name of every contact by its id."""
        return dict(self._command("contents"))

    def statistics(self) -> dict[str, Any]:
        """Counters since the last reset."""
        counters: dict[str, Any] = self._command("statistics")
        return counters

    def _command(self, name: str, **arguments: Any) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": name, **arguments}) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("The portal's process has ended; its reason stands above.")
        return json.loads(line)


@contextmanager
def running_portal(model: Model, certificates: Certificates) -> Iterator[RunningPortal]:
    """Starts an empty portal that answers as the model says; ends it in the end."""
    config = {
        "seed": "empty",
        "host": HOST,
        "certificate": str(certificates.server),
        "latency_ms": model.latency_ms,
        "command_ms": model.command_ms,
        "bucket": model.bucket,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.portal_process", json.dumps(config)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield RunningPortal(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait()
