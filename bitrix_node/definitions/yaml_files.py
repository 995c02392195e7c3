"""Reading YAML with libyaml where it is there, with duplicate keys refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Hashable
    from pathlib import Path

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

DEEPEST = 200
"""Levels of lists and mappings within one another; the loader itself would crash on very many."""

_SURELY_SHALLOW = 500
"""So few brackets, and so short lines, that nothing can nest as deeply as would be dangerous."""


class _Loader(_Base):  # type: ignore[misc]
    """A safe loader that refuses a key written twice, where YAML would keep the last one in silence."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value if key.tag != "tag:yaml.org,2002:merge"]
        twice = next((key for index, key in enumerate(keys) if key in keys[:index]), None)
        if twice is not None:
            raise yaml.constructor.ConstructorError(None, None, f"the key {twice!r} stands twice", node.start_mark)
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep=deep)
        return mapping


class UnreadableFile(Exception):
    """A file is missing, is not UTF-8, or is not YAML; the message names file, line and column."""


def read_yaml(path: Path) -> Any:
    """The content of a YAML (or JSON) file as plain Python values.

    Raises:
        UnreadableFile: when it cannot be read or parsed.
    """
    try:
        return parse_yaml(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        raise UnreadableFile(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise UnreadableFile(f"{path}: is not UTF-8 text") from None


def parse_yaml(text: str, name: str) -> Any:
    """Like `read_yaml`, from a text; `name` is what messages call it."""
    try:
        _refuse_depth(text, name)
        return yaml.load(text, Loader=_Loader)  # noqa: S506 (a SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise UnreadableFile(f"{name}{place}: {error.problem or error.context}") from None
    except yaml.YAMLError as error:
        raise UnreadableFile(f"{name}: {error}") from None
    except ValueError:
        raise UnreadableFile(f"{name}: holds a number or a date that cannot be") from None


def _refuse_depth(text: str, name: str) -> None:
    """Looks at a text piece by piece, which takes no room on the stack, where it could nest deeply at all."""
    # A level takes a bracket or further columns; a list may stand at the column of the mapping around it.
    if text.count("[") + text.count("{") + 2 * max(map(len, text.splitlines()), default=0) < _SURELY_SHALLOW:
        return
    depth = 0
    for event in yaml.parse(text, Loader=_Base):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise UnreadableFile(f"{name}: nests deeper than {DEEPEST} levels")
