"""The command line as its users meet it: a process with arguments, standard input, exit code and two outputs."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

TIMEOUT_SECONDS = 60
COMMAND = (sys.executable, "-m", "bitrix_node.hosts.cli")


@dataclass(frozen=True, slots=True)
class Finished:
    """What a process left behind."""

    code: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        return json.loads(self.stdout)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.stdout.splitlines()]


@dataclass
class Shell:
    """Runs commands in a folder of its own, with none of the caller's variables about Bitrix24."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def full_environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("BITRIX", "N8N_"))}
        return kept | {"PYTHONWARNINGS": "", "COLUMNS": "120"} | self.environment

    async def start(self, *program: str) -> asyncio.subprocess.Process:
        pipe = asyncio.subprocess.PIPE
        return await asyncio.create_subprocess_exec(
            *program, stdin=pipe, stdout=pipe, stderr=pipe, cwd=self.folder, env=self.full_environment
        )

    async def execute(self, *program: str, stdin: str | bytes = "") -> Finished:
        """Runs a program to its end."""
        process = await self.start(*program)
        given = stdin.encode() if isinstance(stdin, str) else stdin
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                stdout, stderr = await process.communicate(given)
        except BaseException:
            process.kill()
            await process.wait()
            raise
        assert process.returncode is not None
        return Finished(process.returncode, stdout.decode(), stderr.decode())

    async def __call__(self, *arguments: str, stdin: str | bytes = "") -> Finished:
        """Runs `bitrix-node`, which never shows a traceback."""
        finished = await self.execute(*COMMAND, *arguments, stdin=stdin)
        assert "Traceback" not in finished.stderr, finished.stderr
        assert "not built for" not in finished.stderr, finished.stderr
        return finished

    async def succeed(self, *arguments: str, stdin: str | bytes = "") -> Finished:
        """Runs `bitrix-node`, which ends well and has nothing to say about it."""
        finished = await self(*arguments, stdin=stdin)
        assert (finished.code, finished.stderr) == (0, "")
        return finished

    async def refuse(self, code: int, *arguments: str, stdin: str | bytes = "") -> str:
        """Runs `bitrix-node`, which ends with this code and no result; gives what it says."""
        finished = await self(*arguments, stdin=stdin)
        assert (finished.code, finished.stdout) == (code, ""), finished.stderr
        assert finished.stderr.startswith(("Error: ", "Usage: ")), finished.stderr
        return finished.stderr

    def write(self, name: str, text: str) -> Path:
        file = self.folder / name
        file.write_text(text, encoding="utf-8")
        return file

    def files(self) -> list[str]:
        """Everything in the folder, hidden drafts included."""
        return sorted(file.name for file in self.folder.iterdir())
