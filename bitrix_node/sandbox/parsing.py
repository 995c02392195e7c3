"""From an HTTP request to arguments, the way PHP reads them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from bitrix_node.sandbox.errors import RestError

Arguments = dict[str, Any]

_KEY = re.compile(r"\[([^\]]*)\]")
_FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")


def parse_query(text: str) -> Arguments:
    """Read a query string or form body with PHP's bracket keys.

    Args:
        text: `fields[TITLE]=x&filter[%3E%3DID]=5&select[]=ID`.

    Returns:
        nested maps and lists; every scalar is text.
    """
    return nest(parse_qsl(text, keep_blank_values=True))


def nest(pairs: Iterable[tuple[str, Any]]) -> Arguments:
    """Build nested arguments from flat PHP keys.

    Args:
        pairs: keys such as `cmd[a]` or `select[]`, with their values.

    Returns:
        nested maps; a map whose keys are 0, 1, 2, … becomes a list.
    """
    tree: dict[str, Any] = {}
    for key, value in pairs:
        _place(tree, _path(key), value)
    return {key: lists_from_maps(value) for key, value in tree.items()}


def _path(key: str) -> list[str]:
    name, bracket, _ = key.partition("[")
    if not bracket or not name:
        return [key]
    return [name, *_KEY.findall(key[len(name) :])]


def _place(tree: dict[str, Any], path: list[str], value: Any) -> None:
    node = tree
    for step in path[:-1]:
        step_key = step or str(len(node))
        child = node.get(step_key)
        if not isinstance(child, dict):
            child = node[step_key] = {}
        node = child
    node[path[-1] or str(len(node))] = value


def lists_from_maps(value: Any) -> Any:
    """Turn maps with the keys 0, 1, 2, … into lists, at every depth.

    Args:
        value: parsed form data.

    Returns:
        the same data as a JSON body would have held it.
    """
    if not isinstance(value, dict):
        return value
    children = {key: lists_from_maps(child) for key, child in value.items()}
    if children and list(children) == [str(index) for index in range(len(children))]:
        return list(children.values())
    return children


async def read_body(request: web.Request) -> Any:
    """Read what a request carries in its body.

    Args:
        request: any REST request.

    Returns:
        the JSON document or the form as nested maps; an empty map when there is no body or it is not readable,
        because the REST 2 entry point ignores such bodies too.
    """
    if request.content_type in _FORM_TYPES:
        return nest([(key, await _form_value(value)) for key, value in (await request.post()).items()])
    text = (await request.read()).decode(errors="replace")
    try:
        return json.loads(text) if text.strip() else {}
    except (ValueError, RecursionError):
        return parse_query(text) if "=" in text and not text.lstrip().startswith(("{", "[")) else {}


async def _form_value(value: Any) -> Any:
    return value.file.read() if isinstance(value, web.FileField) else value


async def read_arguments(request: web.Request) -> Arguments:
    """Gather a REST 2 call's arguments from query string and body.

    Args:
        request: a GET or POST request.

    Returns:
        the arguments; the body wins where both name one.
    """
    arguments = parse_query(request.query_string)
    if request.method == "POST":
        body = await read_body(request)
        if isinstance(body, Mapping):
            arguments.update(body)
    return arguments


async def read_json(request: web.Request) -> Any:
    """Read the JSON body that REST 3.0 insists on.

    Args:
        request: a POST request to a REST 3.0 address.

    Returns:
        the document: a map, or a list for a batch; an empty body is an empty map.

    Raises:
        RestError: the body is not a JSON map or list.
    """
    text = (await request.read()).decode(errors="replace")
    try:
        document = json.loads(text) if text.strip() else {}
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, (dict, list)):
        raise RestError("BITRIX_REST_V3_EXCEPTION_INVALIDJSONEXCEPTION", "Request body is not valid JSON", 400)
    return document
