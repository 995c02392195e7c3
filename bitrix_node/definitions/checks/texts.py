"""The words of the panel, by n8n's guidelines for them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bitrix_node.definitions.faults import Fault, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bitrix_node.definitions.checks.views import OperationView, Tree

_SENTENCE_END = re.compile(r"[.!?](?=\s+[^\W\d_]*[A-Z])")
_ABBREVIATIONS = re.compile(r"\b(?:e\.g|i\.e|etc|vs)\.")


def operation_texts(operation: OperationView) -> Iterator[Fault]:
    """The name, the action and the description of an operation."""
    name, action = operation.tree.get("name", ""), operation.tree.get("action", "")
    if action.endswith("."):
        yield operation.fault(f"{operation.place}.action", f"{shown(action)} ends with a period", "no period")
    if action[:1].islower():
        yield operation.fault(f"{operation.place}.action", f"{shown(action)} starts small", "a capital first")
    lowered = [word for word in name.split() if word[:1].islower() and word not in _SMALL_WORDS]
    if lowered or name[:1].islower():
        yield operation.fault(f"{operation.place}.name", f"{shown(name)} is not in title case", _title(name))
    if operation.name == "getAll":
        yield from _get_many(operation, name, action)
    yield from _periods(operation.tree.get("description", ""), operation.file, f"{operation.place}.description")


def _get_many(operation: OperationView, name: str, action: str) -> Iterator[Fault]:
    if not name.startswith("Get Many"):
        yield operation.fault(f"{operation.place}.name", f"getAll is called {shown(name)}", "Get Many")
    if not action.startswith("Get many "):
        yield operation.fault(f"{operation.place}.action", f"getAll is called {shown(action)}", "Get many …")


def parameter_texts(tree: Tree, written: Tree, file: str, place: str) -> Iterator[Fault]:
    """The words of one parameter.

    Args:
        tree: its description, shared parts included.
        written: the part of it that stands at this place.
        file: the file.
        place: where in the file.
    """
    description, placeholder = written.get("description", ""), written.get("placeholder", "")
    if tree.get("type") == "boolean" and "description" in written and not description.startswith("Whether "):
        message = f"the description of a boolean starts {shown(description.partition(' ')[0])}"
        yield Fault(file, f"{place}.description", message, "Whether …")
    yield from _periods(description, file, f"{place}.description")
    start = "Add " if tree.get("type") in {"collection", "fixedCollection"} else "e.g. "
    if placeholder and not placeholder.startswith(start):
        yield Fault(file, f"{place}.placeholder", f"here stands {shown(placeholder)}", f"{start}…")
    for index, option in enumerate(written.get("options", [])):
        yield from _periods(option.get("description", ""), file, f"{place}.options[{index}].description")


_SMALL_WORDS = {
    "a",
    "an",
    "and",
    "as",
    "by",
    "for",
    "from",
    "in",
    "of",
    "on",
    "or",
    "the",
    "to",
    "with",
    "per",
    "via",
    "at",
}


def _title(name: str) -> str:
    words = [word if word in _SMALL_WORDS else word[:1].upper() + word[1:] for word in name.split()]
    return " ".join([words[0][:1].upper() + words[0][1:], *words[1:]]) if words else "a name"


def _periods(text: str, file: str, place: str) -> Iterator[Fault]:
    several = bool(_SENTENCE_END.search(_ABBREVIATIONS.sub("", text)))
    ends = text.endswith((".", "!", "?", "…")) and not text.endswith("etc.")
    if ends and not several and not text.endswith("?"):
        yield Fault(file, place, f"the only sentence ends with a period: {shown(text)}", "no period at its end")
    if several and not ends:
        yield Fault(file, place, f"the last of several sentences has no period: {shown(text)}", "a period at its end")
