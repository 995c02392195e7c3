"""`explain --python` and `explain --code-node`: code that runs any action, with everything but its secrets."""

from __future__ import annotations

import ast
import json
import re
import sys
import textwrap
from typing import TYPE_CHECKING, Any

import pytest

from bitrix_node.definitions import Definitions
from bitrix_node.hosts.cli.literals import WIDTH, literal
from bitrix_node.hosts.cli.snippet import SECRET, code_node, script, without_secrets
from bitrix_node.sandbox import Sandbox, SandboxConfig
from tests.case_files import Case, load_cases

if TYPE_CHECKING:
    from bitrix_node.definitions import Operation
    from tests.cli.process import Shell

DEFINITIONS = Definitions.packaged()


def first_cases() -> list[Case]:
    """One case of every action."""
    first: dict[tuple[str, str], Case] = {}
    for case in load_cases():
        first.setdefault((case.resource, case.operation), case)
    return list(first.values())


@pytest.mark.parametrize("case", first_cases(), ids=lambda case: f"{case.resource} {case.operation}")
def test_every_action_has_a_script_and_code_for_n8n(case: Case) -> None:
    operation = DEFINITIONS.operation(case.resource, case.operation)
    shown = shown_parameters(operation, case.parameters)
    program = ast.parse(script(case.resource, operation, case.parameters, [case.item or {"json": {}}]))
    inside = ast.parse(as_n8n_wraps_it(code_node(case.resource, operation, case.parameters)))
    for tree in (program, inside):
        assert assigned(tree, "PARAMETERS") == shown
        assert [call.args[1].value for call in calls_of_run(tree)] == [case.operation]  # type: ignore[attr-defined]


def test_without_parameters_the_required_ones_are_to_be_filled_in() -> None:
    for resource in DEFINITIONS.resource_names:
        for operation in DEFINITIONS.resource(resource).operations:
            tree = ast.parse(as_n8n_wraps_it(code_node(resource, operation, {})))
            required = {entry.name for entry in operation.parameters if entry.required and not entry.show}
            assert set(assigned(tree, "PARAMETERS")) == required


def shown_parameters(operation: Operation, parameters: dict[str, Any]) -> dict[str, Any]:
    known = {entry.name: entry for entry in operation.parameters}
    shown = {name: without_secrets(known.get(name), value) for name, value in parameters.items()}
    return shown or {entry.name: entry.default for entry in operation.parameters if entry.required and not entry.show}


def as_n8n_wraps_it(code: str) -> str:
    return f"def code():\n{textwrap.indent(code, '    ')}"


def assigned(tree: ast.AST, name: str) -> Any:
    (value,) = (
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == name
    )
    return ast.literal_eval(value)


def calls_of_run(tree: ast.AST) -> list[ast.Call]:
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "run"]


SAMPLE: list[tuple[str, str, dict[str, Any], list[dict[str, Any]] | None]] = [
    ("user", "getCurrent", {}, None),
    ("crm", "getAll", {"entityType": "deal", "limit": 3}, None),
    ("crm", "get", {"entityType": "contact", "recordId": "={{ $json.id }}"}, [{"json": {"id": 1}}, {"id": 2}]),
    ("crm", "delete", {"entityType": "deal", "recordId": 1}, None),
    ("status", "getAll", {"options": {"filter": {"ENTITY_ID": "SOURCE"}}}, None),
    ("disk", "getStorages", {}, None),
    ("directApi", "call", {"endpoint": "crm.status.list", "body": {"filter": {"ENTITY_ID": "SOURCE"}}}, None),
    ("chatbot", "chatUserList", {"botId": "39", "chatId": "1201", "options": {"botToken": "demo-bot-token"}}, None),
]


@pytest.mark.parametrize(("resource", "operation", "parameters", "items"), SAMPLE, ids=lambda value: str(value)[:20])
async def test_the_script_gives_what_run_gives(
    resource: str, operation: str, parameters: dict[str, Any], items: list[dict[str, Any]] | None, shell: Shell
) -> None:
    given = ["--params", json.dumps(parameters)]
    if items is not None:
        shell.write("items.json", json.dumps(items))
        given += ["--items", "items.json"]
    shown = await shell.succeed("explain", resource, operation, *given, "--python")
    # Whoever has the code puts in what it does not tell.
    program = shell.write("snippet.py", shown.stdout.replace(SECRET, "demo-bot-token"))
    async with Sandbox(SandboxConfig(seed="demo")) as sandbox:
        expected = await shell.succeed("run", resource, operation, *given, "--webhook-url", sandbox.webhook_url)
    async with Sandbox(SandboxConfig(seed="demo")) as sandbox:
        shell.environment["BITRIX24_WEBHOOK_URL"] = sandbox.webhook_url
        finished = await shell.execute(sys.executable, str(program))
    assert (finished.code, finished.stderr) == (0, "")
    assert without_port(finished.json) == without_port(expected.json)
    assert expected.json


@pytest.mark.parametrize(
    ("action", "variable"), [(("crm", "getAll"), "WEBHOOK_URL"), (("bizproc", "deleteTemplate"), "PORTAL_URL")]
)
async def test_without_its_variable_the_script_names_it(action: tuple[str, str], variable: str, shell: Shell) -> None:
    program = shell.write("snippet.py", (await shell.succeed("explain", *action, "--python")).stdout)
    finished = await shell.execute(sys.executable, str(program))
    assert (finished.code, finished.stdout) == (1, "")
    assert finished.stderr.startswith(f"Set BITRIX24_{variable} to ")
    assert "Traceback" not in finished.stderr


def without_port(items: Any) -> Any:
    """Items without the port of the portal that they come from."""
    return json.loads(re.sub(r"127\.0\.0\.1:\d+", "portal", json.dumps(items)))


async def test_secrets_are_not_printed(shell: Shell) -> None:
    parameters = {
        "botId": 39,
        "chatId": 1101,
        "userId": 3,
        "options": {"botToken": "deep-secret", "accessToken": "deeper-secret"},
    }
    for kind in ("--python", "--code-node"):
        shown = await shell.succeed("explain", "chatbot", "chatUserDelete", "--params", json.dumps(parameters), kind)
        assert "secret" not in shown.stdout
        assert shown.stdout.count(SECRET) == 2
    address = "https://example.bitrix24.com/rest/1/abcdef123456/crm.deal.list"
    call = json.dumps({"endpoint": "event.bind", "body": {"handler": address, "event": "ONAPPTEST"}})
    shown = await shell.succeed("explain", "directApi", "call", "--params", call, "--python")
    assert "https://example.bitrix24.com/rest/1/***/crm.deal.list" in shown.stdout
    assert "abcdef123456" not in shown.stdout


async def test_an_expression_stays_what_it_is(shell: Shell) -> None:
    token = "={{ $json.token }}"
    parameters = {"entityType": "deal", "recordId": "={{ $json.id }}", "options": {"accessToken": token}}
    shown = await shell.succeed("explain", "crm", "get", "--params", json.dumps(parameters), "--code-node")
    assert assigned(ast.parse(as_n8n_wraps_it(shown.stdout)), "PARAMETERS") == parameters


async def test_what_would_be_refused_has_no_code(shell: Shell) -> None:
    assert "There is no parameter 'recrdId'" in await shell.refuse(
        1, "explain", "crm", "get", "--param", "recrdId=1", "--python"
    )
    assert "both given" in await shell.refuse(2, "explain", "crm", "get", "--python", "--code-node")


def test_applications_sign_with_a_token() -> None:
    operation = DEFINITIONS.operation("events", "bind")
    assert "from bitrix_node import AccessToken, run" in script("events", operation, {}, [{"json": {}}])


@pytest.mark.parametrize(
    "value",
    ["", 'a"b\\c\n\t\x00\x7f\u2028é\ud800', 1, -1.5, 10**30, True, None, [], {}, [[]], {"a": {"b": [1, {"c": None}]}}],
    ids=repr,
)
def test_a_literal_is_the_value(value: Any) -> None:
    assert ast.literal_eval(literal(value)) == value


def test_a_long_literal_has_one_entry_a_line() -> None:
    value = {"fields": [{"name": f"FIELD_{number}", "value": number} for number in range(20)], "short": [1, 2]}
    text = literal(value)
    assert ast.literal_eval(text) == value
    assert max(map(len, text.splitlines())) <= WIDTH
    assert '    "short": [1, 2],' in text.splitlines()
