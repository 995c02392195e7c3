"""Python code that runs an action with given parameters, for a script or for n8n's Python Code node."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bitrix_node.credentials.redaction import redact
from bitrix_node.hosts.cli.literals import literal, text_literal
from bitrix_node.parameters.expressions import holds_expression

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bitrix_node.definitions import Operation, Parameter

SECRET = "YOUR-SECRET"  # noqa: S105 - what stands in its place
_NOTHING_GIVEN: list[dict[str, Any]] = [{"json": {}}]


@dataclass(frozen=True, slots=True)
class _Signing:
    """How a snippet gets its credential: what it imports, a script's variables, and its expression in n8n."""

    kind: str
    variables: tuple[tuple[str, str], ...]
    code_node: str

    @property
    def script(self) -> str:
        return f"{self.kind}({', '.join(name for name, _ in self.variables)})"

    @property
    def reading(self) -> list[str]:
        """The lines that read the environment, and say which variable is missing and what belongs into it."""
        return [
            f'{name} = os.environ.get("BITRIX24_{name}") or sys.exit("Set BITRIX24_{name} to {what}.")'
            for name, what in self.variables
        ]


_WEBHOOK = _Signing(
    "Webhook",
    (("WEBHOOK_URL", "the URL of your webhook"),),
    'Webhook("https://YOUR-ACCOUNT.bitrix24.com/rest/1/YOUR-WEBHOOK-CODE/")',
)
_APPLICATION = _Signing(
    "AccessToken",
    (("PORTAL_URL", "the address of your portal"), ("ACCESS_TOKEN", "an access token of an application")),
    'AccessToken("https://YOUR-ACCOUNT.bitrix24.com", "YOUR-ACCESS-TOKEN")',
)
"""Of the credentials only a token of an application may call what Bitrix24 opens to applications alone."""


def script(resource: str, operation: Operation, parameters: Mapping[str, Any], items: Sequence[Any]) -> str:
    """A program of its own: it reads the credential from the environment and prints the output items as JSON.

    Args:
        resource: The resource's name.
        operation: What to run.
        parameters: Its parameters' values. Where there are none, the required ones are laid out to be filled in.
        items: The input items.
    """
    signing = _signing(operation)
    call = [f"    {text_literal(resource)},", f"    {text_literal(operation.operation)},", "    PARAMETERS,"]
    call.append(f"    credential={signing.script},")
    lines = [
        f'"""{_sentence(operation)}"""',
        "",
        "import json",
        "import os",
        "import sys",
        "",
        f"from bitrix_node import {signing.kind}, run",
        "",
        *signing.reading,
        *_assignment("PARAMETERS", operation, parameters),
    ]
    if list(items) != _NOTHING_GIVEN or holds_expression(dict(parameters)):
        lines += ["", f"ITEMS = {literal(_known(items), column=8)}"]
        call.append("    items=ITEMS,")
    lines += ["", "items = run(", *call, ")", "print(json.dumps(items, indent=2, ensure_ascii=False))", ""]
    return "\n".join(lines)


def code_node(resource: str, operation: Operation, parameters: Mapping[str, Any]) -> str:
    """The content of a Python Code node in the mode Run Once for All Items: it returns the output items.

    Nothing but `bitrix_node` is imported, so that nothing else has to be on the runner's allow list; there is no
    environment to read a credential from.
    """
    signing = _signing(operation)
    lines = [
        f"# {_sentence(operation)}",
        f"from bitrix_node import {signing.kind}, run",
        "",
        *_assignment("PARAMETERS", operation, parameters),
        "",
        "return run(",
        f"    {text_literal(resource)},",
        f"    {text_literal(operation.operation)},",
        "    PARAMETERS,",
        f"    credential={signing.code_node},",
        "    items=_items,",
        ")",
        "",
    ]
    return "\n".join(lines)


def _signing(operation: Operation) -> _Signing:
    return _APPLICATION if operation.application_only else _WEBHOOK


def _sentence(operation: Operation) -> str:
    return f"{operation.description.rstrip('.')}."


def _assignment(name: str, operation: Operation, parameters: Mapping[str, Any]) -> list[str]:
    if not parameters:
        return _to_fill_in(name, operation)
    known = {entry.name: entry for entry in operation.parameters}
    shown = {key: without_secrets(known.get(key), value) for key, value in parameters.items()}
    return f"{name} = {literal(_known(shown), column=len(name) + 3)}".splitlines()


def _to_fill_in(name: str, operation: Operation) -> list[str]:
    """The required parameters with their defaults, each below what it is."""
    required = [entry for entry in operation.parameters if entry.required and not entry.show]
    if not required:
        return [f"{name} = {{}}"]
    rows = [row for entry in required for row in _row_to_fill_in(entry)]
    return [f"{name} = {{", *rows, "}"]


def _row_to_fill_in(parameter: Parameter) -> tuple[str, str]:
    value = literal(parameter.default, depth=1, column=len(parameter.name) + 8)
    return f"    # {parameter.description or parameter.display_name}", f"    {text_literal(parameter.name)}: {value},"


def without_secrets(parameter: Parameter | None, value: Any) -> Any:
    """A parameter's value with everything that must not be shown replaced; an expression shows nothing."""
    if parameter is None:
        return value
    if parameter.password:
        return value if holds_expression(value) or not value else SECRET
    if not isinstance(value, dict):
        return value
    members = {member.name: member for member in parameter.members}
    return {key: without_secrets(members.get(key), entry) for key, entry in value.items()}


def _known(value: Any) -> Any:
    """The value with the codes of webhook addresses masked."""
    return redact(value, frozenset())
