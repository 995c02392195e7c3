"""The part of n8n's expressions that a shell or a script needs: members, indexes, `$json` and `$itemIndex`.

`"={{ $json.contact.phone[0] }}"` is the value itself, whatever its type; `"=Chat {{ $json.chatId }}"` is text.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

_PLACEHOLDER = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_ROOT = re.compile(r"\s*(\$json|\$itemIndex)")
_STEP = re.compile(r"\.((?!\d)[\w$]+)|\[\s*(?:(\d+)|\"([^\"]*)\"|'([^']*)')\s*\]")

_SHOWN = 60
"""Characters of a text that a message repeats."""


class UnsupportedExpression(Exception):
    """An expression that goes beyond members, indexes and `$itemIndex`."""

    def __init__(self, source: str) -> None:
        super().__init__(
            f"the expression {{{{ {source.strip()} }}}} is not supported here: use $json with members and indexes, "
            "such as $json.contact.phone[0], or $itemIndex"
        )


class UnbalancedBraces(UnsupportedExpression):
    """An expression that is opened and not closed, or closed and not opened."""

    def __init__(self, template: str) -> None:
        text = template if len(template) <= _SHOWN else f"{template[:_SHOWN]}…"
        Exception.__init__(
            self,
            f"the expression ={text} has braces that do not belong together: every {{{{ needs its }}}}, as in "
            "={{ $json.id }}. A text that is no expression does not begin with =",
        )


@dataclass(slots=True)
class ItemContext:
    """What expressions can see: the item's JSON and its place in the input."""

    json: Any
    index: int


Template: TypeAlias = "Callable[[ItemContext], Any]"
"""Gives the value for an item."""


def is_expression(value: Any) -> bool:
    """Whether a parameter value is an expression, as n8n marks it: text that starts with `=`."""
    return isinstance(value, str) and value.startswith("=")


def holds_expression(value: Any) -> bool:
    """Whether an expression stands anywhere inside a value."""
    if isinstance(value, dict):
        return any(holds_expression(entry) for entry in value.values())
    if isinstance(value, list):
        return any(holds_expression(entry) for entry in value)
    return is_expression(value)


def evaluate(value: Any, context: ItemContext) -> Any:
    """A value with every expression inside it replaced by what it stands for; see `template`."""
    return template(value)(context)


def template(value: Any) -> Template:
    """A value as a function of the item: every expression inside it is replaced by what it stands for there.

    A path that does not exist gives `None`, as it does in n8n.

    Raises:
        UnsupportedExpression: for anything beyond members, indexes and `$itemIndex`.
    """
    if isinstance(value, dict):
        members = [(key, template(entry)) for key, entry in value.items()]
        return lambda context: {key: entry(context) for key, entry in members}
    if isinstance(value, list):
        entries = [template(entry) for entry in value]
        return lambda context: [entry(context) for entry in entries]
    if not is_expression(value):
        return lambda _: value
    parts = _compiled(value[1:])
    return parts.follow if isinstance(parts, _Path) else partial(_joined, parts)


def _joined(parts: tuple[str | _Path, ...], context: ItemContext) -> str:
    return "".join(part if isinstance(part, str) else _as_text(part.follow(context)) for part in parts)


@dataclass(frozen=True, slots=True)
class _Path:
    """What stands between the braces: where it begins, and its members and indexes."""

    root: str
    steps: tuple[tuple[str, int | None], ...]

    def follow(self, context: ItemContext) -> Any:
        value = context.json if self.root == "$json" else context.index
        for name, index in self.steps:
            if isinstance(value, dict):
                value = value.get(name)
            elif index is not None and isinstance(value, list):
                value = value[index] if index < len(value) else None
            elif name == "length" and isinstance(value, list | str):
                value = len(value)
            else:
                value = None
        return value


@lru_cache(maxsize=1024)
def _compiled(template: str) -> _Path | tuple[str | _Path, ...]:
    """A template as the path that it is as a whole, or as the texts and paths that it is made of."""
    whole = _PLACEHOLDER.fullmatch(template.strip())
    if whole and whole.group(1).count("{{") == 0:
        return _parsed(whole.group(1))
    pieces = _PLACEHOLDER.split(template)
    around = "\0".join(pieces[::2])
    # Braces of JSON around a placeholder may come close to one another: {"filter": {"ID": {{ $json.id }}}}
    if "{{" in around or ("}}" in around and around.count("}") > around.count("{")):
        raise UnbalancedBraces(template)
    return tuple(_parsed(piece) if number % 2 else piece for number, piece in enumerate(pieces))


def _parsed(source: str) -> _Path:
    root = _ROOT.match(source)
    if not root:
        raise UnsupportedExpression(source)
    steps: list[tuple[str, int | None]] = []
    position = root.end()
    while source[position:].strip():
        step = _STEP.match(source, position)
        if not step:
            raise UnsupportedExpression(source)
        member, index, double, single = step.groups()
        name = next((part for part in (member, double, single, index) if part is not None), "")
        steps.append((name, None if index is None else int(index)))
        position = step.end()
    return _Path(root.group(1), tuple(steps))


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
