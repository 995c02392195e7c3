"""The parameters of a method: names, types, which are required, and closed lists of values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Tree = dict[str, Any]

_VALUES = re.compile(
    r"(?:possible|allowed|acceptable|available|supported|valid|permissible|following) values?[^:`]{0,30}:\s*(?=- `)",
    re.IGNORECASE,
)
_VALUE = re.compile(r"(?:^|(?<=\s))- `([^`]*)`")
_PLAIN_VALUE = re.compile(r"[A-Za-z0-9_/\-]+")
_LISTED_TYPES = {"string", "char", "integer", "", "text", "string|integer", "integer|string"}
_OPEN_NAMES = {"user_type_id", "usertypeid", "status_code"}
"""Parameters whose values applications and telephone networks add to."""

_STANDS_FOR = re.compile(
    r"required if (?:the )?`(\w+)` (?:parameter )?is not|used instead of the `(\w+)`", re.IGNORECASE
)
_ONE_OF = re.compile(
    r"(?:at least one of the (?:following )?(?:parameters|fields)|(?:provide|specify|pass) either)\b"
    r"[^`]*`(\w+)`[^`]{1,6}`(\w+)`",
    re.IGNORECASE,
)
_SOMETIMES = re.compile(r"(?:is )?required (?:if|when|for)\b|used for `", re.IGNORECASE)
_ALTERNATIVE_TABLE = re.compile(r"^\d+\.")
_FURTHER_TABLES = {"", "Additional Parameters"}


def parameters_of(method: Tree, corrections: Tree) -> Tree:
    """Name -> type, or an object that says more, of every parameter the method has.

    Args:
        method: what the reference says.
        corrections: `optional` and `open` name parameters (`fields.title`) that are not required, or whose list of
            values is not closed; `add` holds further ones with their types.
    """
    tables = method.get("param_tables", [])
    alternatives = [table["fields"] for table in tables if _ALTERNATIVE_TABLE.match(table["title"])]
    further = [field for table in tables if table["title"] in _FURTHER_TABLES for field in table["fields"]]
    trees = _merged_tables([method["params"] or [], *alternatives])
    members = _members([*trees, *further], _Corrections(method, corrections), "")
    for path, kind in corrections.get("add", {}).items():
        _add(members, path.split("."), kind)
    return members


def _add(members: Tree, path: Sequence[str], kind: str) -> None:
    """Puts a further parameter in, below the one that it is a member of."""
    for step in path[:-1]:
        parameter = members[step] if isinstance(members.get(step), dict) else {"type": members.get(step, "object")}
        members[step] = parameter
        members = parameter.setdefault("members", {})
    members[path[-1]] = kind


def either_of(method: Tree) -> list[list[str]]:
    """Lists of parameters of which one has to be given, though the table stars each of them."""
    groups = (_alternatives(field) for field in method["params"] or [] if field["required"])
    return [list(group) for group in dict.fromkeys(tuple(sorted(group)) for group in groups if len(group) > 1)]


class _Corrections:
    def __init__(self, method: Tree, corrections: Tree) -> None:
        self.alternatives = {name for group in either_of(method) for name in group}
        self.updates = method["doc"].endswith(("update.md", "update-rest-v3.md"))
        self.optional, self.open = set(corrections.get("optional", [])), set(corrections.get("open", []))

    def is_required(self, field: Tree, path: str) -> bool:
        """Whether nothing stands in for it, and neither the kind of record nor another value makes it needless."""
        if not field["required"] or "group" in field or path in self.optional:
            return False
        if path in self.alternatives or (self.updates and "." in path):
            return False
        return not (_alternatives(field) or _SOMETIMES.search(field.get("description") or ""))


def _merged_tables(tables: Sequence[list[Tree]]) -> list[Tree]:
    """One table of alternative ones: required is what all of them require."""
    if len(tables) == 1:
        return tables[0]
    everywhere = set.intersection(*({field["name"] for field in table if field["required"]} for table in tables))
    fields = (field for table in tables for field in table)
    return [{**field, "required": field["name"] in everywhere} for field in fields]


def _members(fields: Iterable[Tree], corrections: _Corrections, prefix: str) -> Tree:
    named: dict[str, list[Tree]] = {}
    for field in fields:
        name = _name(field["name"])
        if name:
            named.setdefault(name, []).append(field)
    return {name: _parameter(same, corrections, f"{prefix}{name}") for name, same in named.items()}


def _name(written: str) -> str:
    """The name, with a star for what the caller fills in; nothing for a remark that stands among the names."""
    starred = re.sub(r"<[^>]*>", "*", written).replace("...", "*").replace("PropertyId", "*")
    starred = re.sub(r"^(property|field)N$", r"\1*", starred)
    if starred.startswith("lead."):
        return starred
    return starred if re.fullmatch(r"[!=<>@%]{0,2}[A-Za-z0-9_*@]+", starred) else ""


def _parameter(same: Sequence[Tree], corrections: _Corrections, path: str) -> str | Tree:
    """One parameter; the tables of several kinds of records may each describe it."""
    kinds = "|".join(dict.fromkeys(kind for field in same for kind in _kinds(field))) or "any"
    members = _members((child for field in same for child in field.get("children", [])), corrections, f"{path}.")
    described: Tree = {"type": kinds}
    if all(corrections.is_required(field, path) for field in same):
        described["required"] = True
    values = _values(same, path, corrections)
    if values:
        described["values"] = values
    if members:
        described["members"] = members
    return described if len(described) > 1 else kinds


def _kinds(field: Tree) -> list[str]:
    """The alternatives of a type; where a remark stands before one, without it."""
    return [words[-1] for words in (kind.split() for kind in field["type"].split("|")) if words]


def _alternatives(field: Tree) -> set[str]:
    """The parameter and those that can stand in for it."""
    description = field.get("description") or ""
    found = _STANDS_FOR.search(description) or _ONE_OF.search(description)
    return {field["name"], *(name for name in found.groups() if name)} if found else set()


def _values(same: Sequence[Tree], path: str, corrections: _Corrections) -> list[str]:
    if path in corrections.open or path.rpartition(".")[2].lower() in _OPEN_NAMES:
        return []
    lists = [_closed_list(field) for field in same]
    return list(dict.fromkeys(value for values in lists for value in values)) if all(lists) else []


def _closed_list(field: Tree) -> list[str]:
    """The values that the description lists, where it lists them all."""
    description = field.get("description") or ""
    found = _VALUES.search(description)
    if found is None or field["type"] not in _LISTED_TYPES:
        return []
    values = _VALUE.findall(description[found.end() :])
    plain = all(_PLAIN_VALUE.fullmatch(value) for value in values)
    return values if plain and len(values) > 1 and len(set(values)) == len(values) else []
