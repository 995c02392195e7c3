"""Several commands in one request, in both REST versions."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.answers import Answer, Stopwatch, error_body, php_array
from bitrix_node.sandbox.arguments import ArgumentReader
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.parsing import parse_query
from bitrix_node.sandbox.registry import Call, method

if TYPE_CHECKING:
    from bitrix_node.sandbox.portal import Portal, Visit

MAX_COMMANDS = 50

_REFERENCE = re.compile(r"\$result((?:\[[^\[\]]*\])+)")
_STEP = re.compile(r"\[([^\[\]]*)\]")


@dataclass(frozen=True)
class _Arguments(ArgumentReader):
    arguments: dict[str, Any]


@dataclass(slots=True)
class _Outcome:
    """The five maps of a REST 2 batch answer, keyed by command name."""

    result: dict[str, Any] = field(default_factory=dict)
    result_error: dict[str, Any] = field(default_factory=dict)
    result_total: dict[str, Any] = field(default_factory=dict)
    result_next: dict[str, Any] = field(default_factory=dict)
    result_time: dict[str, Any] = field(default_factory=dict)

    def add(self, name: str, answer: Answer) -> None:
        if answer.error is not None:
            self.result_error[name] = error_body(answer.error)
            return
        self.result[name] = answer.result
        self.result_time[name] = answer.time
        if answer.total is not None:
            self.result_total[name] = answer.total
        if answer.next is not None:
            self.result_next[name] = answer.next

    def body(self) -> dict[str, Any]:
        return {name: php_array(getattr(self, name)) for name in self.__dataclass_fields__}


async def run_batch(portal: Portal, visit: Visit, arguments: dict[str, Any]) -> Answer:
    """Run a REST 2 batch: commands one after another, each seeing the results before it.

    Args:
        portal: where to run them.
        visit: the request.
        arguments: `cmd` as a map or list of `method?query` texts, and `halt`.

    Returns:
        the answer with `result`, `result_error`, `result_total`, `result_next` and `result_time`.
    """
    watch = Stopwatch.start(portal.clock)
    reader = _Arguments(arguments)
    commands = reader.mapping("cmd")
    halt = reader.flag("halt")
    if len(commands) > MAX_COMMANDS:
        return Answer(None, watch.body(), _too_long())
    outcome = _Outcome()
    inner = replace(visit, batched=True)
    for name, text in commands.items():
        answer = await _run_command(portal, inner, text, outcome.result)
        watch.processing += answer.time.get("processing", 0.0)
        outcome.add(name, answer)
        if halt and answer.error is not None:
            break
    return Answer(outcome.body(), watch.body())


async def _run_command(portal: Portal, visit: Visit, text: Any, results: dict[str, Any]) -> Answer:
    if not isinstance(text, str):
        refusal = RestError("ERROR_ARGUMENT", "A command is a text of the form method?parameter=value")
        return Answer(None, Stopwatch.start(portal.clock).body(), refusal)
    name, _, query = text.lstrip("/").partition("?")
    arguments = resolve(parse_query(query), results)
    return await portal.command(visit, name.strip().removesuffix(".json"), arguments)


def resolve(value: Any, results: dict[str, Any]) -> Any:
    """Put earlier results where `$result[name][path]` stands.

    Args:
        value: arguments at any depth.
        results: results so far, by command name.

    Returns:
        the arguments; a text that is one reference becomes the value itself, one that contains references gets
        their text, and what does not exist becomes empty.
    """
    if isinstance(value, dict):
        return {key: resolve(child, results) for key, child in value.items()}
    if isinstance(value, list):
        return [resolve(child, results) for child in value]
    if not isinstance(value, str) or "$result" not in value:
        return value
    whole = _REFERENCE.fullmatch(value)
    if whole:
        return _follow(whole, results)
    return _REFERENCE.sub(lambda reference: _as_text(_follow(reference, results)), value)


def _follow(reference: re.Match[str], results: dict[str, Any]) -> Any:
    node: Any = results
    for step in _STEP.findall(reference[1]):
        name = step.strip("'\"")
        if isinstance(node, dict):
            node = node.get(name)
        elif isinstance(node, list) and name.isdigit() and int(name) < len(node):
            node = node[int(name)]
        else:
            return None
    return node


def _as_text(value: Any) -> str:
    if value is None or value is False:
        return ""
    return "1" if value is True else str(value)


async def run_batch_v3(portal: Portal, visit: Visit, commands: list[Any]) -> Answer:
    """Run a REST 3.0 batch: a list of `{method, query}`, answered by a list in the same order.

    Args:
        portal: where to run them.
        visit: the request.
        commands: the body of the request.

    Returns:
        the list of results; the first refusal ends the batch and is its answer.
    """
    watch = Stopwatch.start(portal.clock)
    if len(commands) > MAX_COMMANDS:
        return Answer(None, watch.body(), _too_long())
    inner = replace(visit, batched=True)
    results: list[Any] = []
    for command in commands:
        if not isinstance(command, dict) or not isinstance(command.get("method"), str):
            return Answer(None, watch.body(), _malformed())
        answer = await portal.command(inner, command["method"], dict(command.get("query") or {}))
        watch.processing += answer.time.get("processing", 0.0)
        if answer.error is not None:
            return Answer(None, watch.body(), answer.error)
        results.append(answer.result)
    return Answer(results, watch.body())


def _too_long() -> RestError:
    return RestError("ERROR_BATCH_LENGTH_EXCEEDED", "Max batch length exceeded", 400)


def _malformed() -> RestError:
    code = "BITRIX_REST_V3_EXCEPTION_VALIDATION_REQUESTVALIDATIONEXCEPTION"
    fault = {"field": "method", "message": "Required field `method` is not specified."}
    return RestError(code, "Error during request object validation", 400, validation=[fault])


@method("batch", batchable=False)
def nested_batch(call: Call) -> Any:
    """Hold the name `batch`, so that it is listed and refused inside another batch; `run_batch` does the work."""
    raise RestError("ERROR_BATCH_METHOD_NOT_ALLOWED", f"Method {call.method} is not allowed for batch usage", 405)


@method("batch", version=3, batchable=False)
def nested_batch_v3(call: Call) -> Any:
    """Do the same for REST 3.0."""
    return nested_batch(call)
