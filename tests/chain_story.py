"""A chain as it is told: its actions through the command line, its REST calls over HTTP, on a portal of its own."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import aiohttp
from click.testing import CliRunner

from bitrix_node.hosts.cli.commands import bitrix_node
from bitrix_node.parameters.paths import at_path
from tests.signing_in import oauth2_data

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bitrix_node.sandbox import Sandbox
    from tests.chain_files import Chain, ChainStep, Credential

KEPT = re.compile(r"\$(\w+)")
KEPT_INSIDE = re.compile(r"\$\{(\w+)\}")


@dataclass
class Story:
    """One chain on its portal.

    Attributes:
        url: Address of the portal.
        webhook_url: Its webhook.
        folder: Where credential files are written.
        session: For the chain's own REST calls.
        credential: Who acts where a step does not say so.
        tokens: What an application signs in with.
        kept: Name -> value, for later steps.
        heard: The actions that succeeded, with the items they gave.
    """

    url: str
    webhook_url: str
    folder: Path
    session: aiohttp.ClientSession
    credential: Credential
    tokens: dict[str, Any]
    kept: dict[str, Any] = field(default_factory=dict)
    heard: list[tuple[ChainStep, list[dict[str, Any]]]] = field(default_factory=list)

    async def tell(self, step: ChainStep) -> None:
        """Does one step and compares what came of it.

        Raises:
            AssertionError: when it is not what the chain says.
        """
        if step.run is not None:
            await self._act(step)
        else:
            await self._look(step)

    async def _act(self, step: ChainStep) -> None:
        items = await asyncio.to_thread(self._run, step)
        if step.fails is not None:
            (item,) = items
            assert "error" in item["json"], f"did not fail: {item}"
            if step.fails.code is not None:
                assert item["json"]["details"]["code"] == step.fails.code, item
            if step.fails.message is not None:
                assert item["json"]["error"] == step.fails.message
            return
        failed = [item["json"] for item in items if "error" in item["json"] and "details" in item["json"]]
        assert not failed, f"failed: {json.dumps(failed, indent=1)}"
        self.heard.append((step, items))
        self._compare(step, items, step.returns)
        for name, expected in step.binary.items():
            found = items[0]["binary"][name]
            content = base64.b64decode(found["data"])
            assert expected.text is None or content.decode() == self.filled(expected.text)
            assert expected.starts is None or content.startswith(expected.starts.encode("latin-1"))
            assert expected.file_name in {None, found.get("fileName")}
            assert expected.mime_type in {None, found["mimeType"]}

    async def _look(self, step: ChainStep) -> None:
        url, arguments = self._address(step), self.filled(step.arguments)
        if self._acts_as(step) == "application":
            arguments = {**arguments, "auth": self.tokens["access_token"]}
        async with self.session.post(url, json=arguments) as answer:
            body = await answer.json()
        if step.fails is not None:
            assert "error" in body, f"did not fail: {body}"
            code = body["error"]["code"] if isinstance(body["error"], dict) else body["error"]
            assert step.fails.code in {None, code}
            return
        assert "result" in body, body
        self._compare(step, body["result"], step.answers)

    def _compare(self, step: ChainStep, found: Any, expected: Any) -> None:
        if expected is not None:
            assert not (missing := _missing(self.filled(expected), found)), _told(missing, found)
        if step.count is not None:
            assert len(found) == step.count, f"{len(found)} entries: {json.dumps(found, indent=1)[:2000]}"
        for entry in self.filled(step.has):
            assert any(not _missing(entry, other) for other in _entries(found)), _told([f"no {entry}"], found)
        for entry in self.filled(step.lacks):
            assert all(_missing(entry, other) for other in _entries(found)), _told([f"there is {entry}"], found)
        for name, path in step.keep.items():
            self.kept[name] = at_path(found, path)
            assert self.kept[name] is not None, _told([f"nothing at {path}"], found)

    def _run(self, step: ChainStep) -> Any:
        """Runs the action as `bitrix-node run` does; the items that it prints."""
        resource, operation = step.action
        arguments = ["run", resource, operation, "--continue-on-fail", "--no-progress"]
        arguments += ["--params", json.dumps(self.filled(step.parameters)), "--items", "-"]
        arguments += ["--credential", str(self._credential_file(step))]
        finished = CliRunner().invoke(
            bitrix_node, arguments, input=json.dumps(self.filled(step.items)), standalone_mode=False
        )
        assert finished.exception is None, f"{finished.exception!r}: {finished.output}"
        return json.loads(finished.stdout)

    def _credential_file(self, step: ChainStep) -> Path:
        acts_as = self._acts_as(step)
        file = self.folder / f"{acts_as}.json"
        if not file.exists():
            webhook = {"type": "bitrix24WebhookApi", "webhookSecret": self.webhook_url}
            file.write_text(json.dumps(self.tokens if acts_as == "application" else webhook))
        return file

    def _address(self, step: ChainStep) -> str:
        base = self.webhook_url if self._acts_as(step) == "webhook" else f"{self.url}/rest/"
        return (base if step.version == 2 else base.replace("/rest/", "/rest/api/", 1)) + str(step.portal)

    def _acts_as(self, step: ChainStep) -> Credential:
        return step.credential or self.credential

    def filled(self, value: Any) -> Any:
        """The same value with what was kept in place of its names."""
        if isinstance(value, dict):
            return {name: self.filled(entry) for name, entry in value.items()}
        if isinstance(value, list):
            return [self.filled(entry) for entry in value]
        if not isinstance(value, str):
            return value
        alone = KEPT.fullmatch(value)
        if alone and alone.group(1) in self.kept:
            return self.kept[alone.group(1)]
        return KEPT_INSIDE.sub(lambda match: str(self.kept[match.group(1)]), value)


@asynccontextmanager
async def opened_story(chain: Chain, sandbox: Sandbox, folder: Path) -> AsyncIterator[Story]:
    """A chain that can be told on a portal."""
    tokens = await oauth2_data(sandbox)
    async with aiohttp.ClientSession() as session:
        yield Story(sandbox.url, sandbox.webhook_url, folder, session, chain.credential, tokens)


def _missing(expected: Any, found: Any, place: str = "") -> list[str]:
    """What `expected` has and `found` lacks; objects may have more keys, lists must have the same length."""
    if isinstance(expected, dict):
        if not isinstance(found, dict):
            return [f"{place or 'the value'} is {found!r}, not an object"]
        return [
            fault
            for name, entry in expected.items()
            for fault in (_missing(entry, found[name], f"{place}.{name}") if name in found else [f"no {place}.{name}"])
        ]
    if isinstance(expected, list):
        if not isinstance(found, list) or len(found) != len(expected):
            return [f"{place or 'the value'} is {found!r}, not a list of {len(expected)}"]
        return [
            fault
            for index, (entry, other) in enumerate(zip(expected, found, strict=True))
            for fault in _missing(entry, other, f"{place}.{index}")
        ]
    same = json.dumps(expected) == json.dumps(found) or (_is_id(place) and str(expected) == str(found))
    return [] if same else [f"{place or 'the value'} is {found!r}, not {expected!r}"]


def _is_id(place: str) -> bool:
    """Whether an id stands there: the portal writes many as text, items have them as numbers."""
    return place.lower().endswith(("id", "section", "parent"))


def _entries(found: Any) -> list[Any]:
    return list(found.values()) if isinstance(found, dict) else list(found)


def _told(faults: list[str], found: Any) -> str:
    return "; ".join(faults) + "\nin " + json.dumps(found, indent=1, ensure_ascii=False)[:3000]
