"""One method of the reference as an entry of the catalogue: facts alone, none of its sentences."""

from __future__ import annotations

import re
from typing import Any

from bitrix_node.rest import method_habits
from tools.catalogue.paging import paging_of
from tools.catalogue.parameters import either_of, parameters_of

Tree = dict[str, Any]

_READING_TITLES = {"get", "retrieve", "receive", "find", "search", "searching", "check", "list", "obtain", "view"}
_APPLICATION_ONLY = re.compile(
    r"application context required|context of (an |the )?(oauth )?application|outside (of )?the application context"
    r"|not (called |call )?(from|in) (the |an )?application context|access token not from the application"
    r"|available only for application authorization",
    re.IGNORECASE,
)
_REFUSES_WEBHOOKS = {"WRONG_AUTH_TYPE", "ACCESS_DENIED", "AccessException", "ERROR_WRONG_CONTEXT"}


def entry_of(name: str, method: Tree, corrections: Tree) -> Tree:
    """The entry of one method in one version of the API.

    Args:
        name: the method.
        method: what the reference says.
        corrections: what it has wrong, by the key of the entry; see `corrections.yaml`.
    """
    version = 3 if method.get("rest_v3") else 2
    own = corrections if corrections.get("version", version) == version else {}
    parameters = parameters_of(method, own)
    entry: Tree = {"name": name}
    if version != 2:  # noqa: PLR2004
        entry["version"] = version
    facts = {
        "spellings": method.get("spellings", []),
        "scopes": [scope for scope in method["scope"] if re.fullmatch(r"[a-z][a-z0-9_.]*", scope)],
        "administrator": "administrator" in method["who"].lower(),
        "applicationOnly": own.get("applicationOnly", _is_application_only(name, method)),
        "deprecated": method["deprecated"],
        "replacedBy": _replacements(method),
        "reads": own.get("reads", _reads(name, method)),
        "paging": own.get("paging") or paging_of(method, parameters),
        "rows": _rows(method, own),
        "free": own.get("free", not method["params"] and not method.get("no_params", False)),
        "eitherOf": own.get("eitherOf", either_of(method)),
        "parameters": parameters,
    }
    return entry | {key: value for key, value in facts.items() if value not in (False, None, [], {})}


def _replacements(method: Tree) -> list[str]:
    """The methods to use in place of a deprecated one; some pages name only a section of the documentation."""
    names = method["replaced_by"] if method["deprecated"] else []
    return [name for name in names if re.fullmatch(r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)+", name)]


def _reads(name: str, method: Tree) -> bool:
    """Whether the method changes nothing, told by its name or by the first word of its page's title."""
    first = method["title"].replace("`", "").partition(" ")[0].lower()
    return not method_habits().writes(name) or first in _READING_TITLES


def _is_application_only(name: str, method: Tree) -> bool:
    """Whether one of the documented refusals is that of a webhook; storages (`entity.…`) belong to an application."""
    if name.startswith("entity."):
        return True
    refusals = (error for error in method["errors"] if error.get("code") in _REFUSES_WEBHOOKS)
    texts = (f"{error.get('message')} {error.get('description')}" for error in refusals)
    return any(_APPLICATION_ONLY.search(text) for text in texts)


def _rows(method: Tree, corrections: Tree) -> Tree | None:
    """Where the rows of a list lie; nothing for other methods."""
    path = corrections.get("rows", method["list_path"])
    if path is None:
        return None
    return {"path": path, **({"map": True} if method.get("list_shape") == "map" else {})}
