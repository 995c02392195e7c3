"""The page of a resource: what it can do, and a section for each action."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.action_pages.examples import ITEM_FILE, command, sample_output, usual_case
from tools.action_pages.markdown import anchor, block, code, json_block, listed, table
from tools.action_pages.properties import property_rows
from tools.action_pages.troubleshooting import general_rows, trouble_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bitrix_node.definitions import Operation, Request, Resource
    from tests.case_files import Case

_ANY_CREDENTIAL = "OAuth2, webhook or API key"
_APPLICATION = (
    "OAuth2 or API key of an application. Bitrix24 refuses webhooks here, and the node does so before sending."
)


def resource_page(resource: Resource, cases: Sequence[Case]) -> str:
    """The whole page.

    Args:
        resource: its definition.
        cases: the cases that test it; examples and samples come from them.
    """
    rows = [
        [f"[{operation.name}](#{anchor(operation.name)})", code(operation.operation), operation.description]
        for operation in resource.operations
    ]
    parts = [
        f"# {resource.name}\n",
        f"{resource.description}.\n",
        f"In the panel choose the resource *{resource.name}*; on the command line it is {code(resource.resource)}.\n",
        table(["Action", "Operation", "What it does"], rows),
        *(part for operation in resource.operations for part in _section(resource, operation, cases)),
        "## Errors that any action can meet\n",
        table(["Error", "What to do"], general_rows()),
    ]
    return "\n".join(parts)


def _section(resource: Resource, operation: Operation, cases: Sequence[Case]) -> Iterator[str]:
    own = [case for case in cases if case.operation == operation.operation]
    yield f"## {operation.name}\n"
    yield f"{operation.description}.\n" if not operation.description.endswith(".") else f"{operation.description}\n"
    if operation.refuses:
        yield f"**Not possible through the REST API.** {operation.refuses}\n"
        return
    yield _calls(operation)
    yield from _example(resource, operation, own)
    yield "### Properties\n"
    yield table(["Property", "Name", "Type", "Default", "Description"], property_rows(operation))
    yield "### Authentication\n"
    yield _authentication(operation)
    yield from _output(own)
    rows = trouble_rows(operation, own)
    if rows:
        yield "### Troubleshooting\n"
        yield table(["Error", "What to do"], rows)


def _calls(operation: Operation) -> str:
    always: dict[str, bool] = {}
    for request in operation.calls:
        if isinstance(request.method, str):
            name = f"{code(request.method)}{' (REST 3.0)' if request.version == 3 else ''}"  # noqa: PLR2004 - as it is
            always[name] = always.get(name, False) or _is_sent_in_any_case(request)
    certain, others = [[name for name in always if always[name] is wanted] for wanted in (True, False)]
    if not always:
        return "Calls the method that is asked for.\n"
    if len(always) == 1:
        return f"Calls {listed(list(always))}.\n"
    if not operation.steps:
        return f"Calls {listed(list(always), 'or')}, depending on the parameters.\n"
    if not others:
        return f"Calls {', then '.join(certain)}.\n"
    if not certain:
        return f"Depending on the parameters and on what is found, calls {listed(others)}.\n"
    return f"Calls {listed(certain)}; depending on the parameters and on what is found, also {listed(others)}.\n"


def _is_sent_in_any_case(request: Request) -> bool:
    return not (request.when or request.when_answer or request.after_refusal or request.each)


def _example(resource: Resource, operation: Operation, cases: Sequence[Case]) -> Iterator[str]:
    case = usual_case(cases)
    if case is None:
        return
    yield "### Example\n"
    yield f"{case.case}:\n"
    yield block("sh", command(resource.resource, operation.operation, case))
    if case.item:
        yield f"where {code(ITEM_FILE)} holds the input item:\n"
        yield json_block(case.item)


def _authentication(operation: Operation) -> str:
    credential = _APPLICATION if operation.application_only else _ANY_CREDENTIAL
    scopes = ", ".join(code(scope) for scope in operation.scopes) or "that of the method called"
    return f"{credential}\n\nRequired scope: {scopes}\n"


def _output(cases: Sequence[Case]) -> Iterator[str]:
    sample = sample_output(cases)
    if sample is None:
        return
    yield "### Output\n"
    yield f"{sample.text}\n"
    yield json_block(sample.item)
