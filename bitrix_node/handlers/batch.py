"""Handler `batch`: named commands in one request, each with a result or an error of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.handlers.results import Outcome
from bitrix_node.portal.answers import Answer, read_command_answer

if TYPE_CHECKING:
    from bitrix_node.handlers.step import Step

Json = dict[str, Any]


async def batch(step: Step) -> Outcome:
    """Sends the commands; what each came to stands under its name, or in an item of its own.

    Raises:
        PortalError: when the portal refuses the batch as a whole.
    """
    answer = await step.send()
    methods = {name: str(command).partition("?")[0] for name, command in step.arguments["cmd"].items()}
    results = {name: _came_to(answer, name, method) for name, method in methods.items()}
    if step.values.used("separateItems") is True:
        items = [{"command": name, "method": methods[name], **result} for name, result in results.items()]
        return Outcome(items, results, answer)
    return Outcome([results], results, answer)


def _came_to(answer: Answer, name: str, method: str) -> Json:
    """The result of a command (with `total` and `next` where it has them), its error, or that it was not reached."""
    if not _is_mentioned(answer.result, name):
        return {"skipped": True}
    found = read_command_answer(answer, name, method)
    if isinstance(found, Answer):
        envelope = found.envelope()
        return {key: envelope[key] for key in ("result", "total", "next") if key in envelope}
    return {"error": found.message, "code": found.code, **({"advice": found.remedy} if found.remedy else {})}


def _is_mentioned(batch_result: Any, name: str) -> bool:
    """Whether the answer tells anything of a command; with Stop at First Error the later ones are not reached."""
    parts = batch_result if isinstance(batch_result, dict) else {}
    return any(isinstance(parts.get(part), dict) and name in parts[part] for part in ("result", "result_error"))
