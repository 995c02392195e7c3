"""A chat model without a model: it speaks the chat completions protocol and says what a script makes it say."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Sequence


@dataclass(frozen=True)
class ToolCall:
    """What the model wants of a tool."""

    tool: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Conversation:
    """What an agent sent.

    Attributes:
        said: The texts of the messages, oldest first.
        results: What the tools answered so far, decoded where it is JSON.
        tools: The tools that it offers, by name: description and schema of the arguments.
    """

    said: list[str]
    results: list[Any]
    tools: dict[str, dict[str, Any]]


Turn: TypeAlias = Callable[[Conversation], "ToolCall | str"]


@dataclass
class ScriptedModel:
    """The turns that are left, and every conversation that came in.

    Args:
        turns: One for each request, in order: from what the agent sent to a tool call or the last word.
    """

    turns: list[Turn]
    heard: list[Conversation] = field(default_factory=list)
    url: str = ""

    async def answer(self, request: web.Request) -> web.Response:
        body = await request.json()
        conversation = _conversation(body)
        self.heard.append(conversation)
        assert not body.get("stream"), "the script answers whole messages"
        if not self.turns:
            return web.json_response({"error": {"message": "The script has ended"}}, status=400)
        said = self.turns.pop(0)(conversation)
        return web.json_response(_completion(said, len(self.heard)))


@asynccontextmanager
async def scripted_model(turns: Sequence[Turn]) -> AsyncIterator[ScriptedModel]:
    """Serves a script on a free port for the length of a block."""
    model = ScriptedModel(list(turns))
    app = web.Application()
    app.router.add_post("/v1/chat/completions", model.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        _, port = runner.addresses[0][:2]
        model.url = f"http://127.0.0.1:{port}/v1"
        yield model
    finally:
        await runner.cleanup()


def _conversation(body: dict[str, Any]) -> Conversation:
    functions: Iterable[dict[str, Any]] = (tool["function"] for tool in body.get("tools", []))
    return Conversation(
        said=[_text(message) for message in body["messages"]],
        results=[_decoded(_text(message)) for message in body["messages"] if message["role"] == "tool"],
        tools={function["name"]: function for function in functions},
    )


def _text(message: dict[str, Any]) -> str:
    content = message.get("content") or ""
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


def _decoded(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _completion(said: ToolCall | str, number: int) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": said if isinstance(said, str) else None}
    if isinstance(said, ToolCall):
        function = {"name": said.tool, "arguments": json.dumps(said.arguments)}
        message["tool_calls"] = [{"id": f"call_{number}", "type": "function", "function": function}]
    finish = "tool_calls" if isinstance(said, ToolCall) else "stop"
    return {
        "id": f"completion_{number}",
        "object": "chat.completion",
        "created": 0,
        "model": "scripted",
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }
