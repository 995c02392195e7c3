"""A running workflow: what it knows, what it still has to do, and what it waits for."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.arguments import to_integer
from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.workflows.documents import Document

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bitrix_node.sandbox.database import Collection, Database, Record
    from bitrix_node.sandbox.registry import Call

Activity = dict[str, Any]

_EXPRESSION = re.compile(r"\{=\s*(\w+)\s*:\s*(\w+)\s*(?:>[^}]*)?\}")
_PERSON = re.compile(r"user_(\d+)|\[(\d+)\]|^\s*(\d+)\s*$")
_DEPARTMENT = re.compile(r"^group_hrr?d?(\d+)$|^group_dr?(\d+)$")
_STARTER = ("author", "{=Workflow:STARTED_BY}")


def workflows(database: Database) -> Collection:
    """The workflows that run."""
    return database.collection("bizproc_workflows", index=("WORKFLOW_ID",))


def find(database: Database, workflow_id: str) -> Record | None:
    """The running workflow with this id, or None."""
    return workflows(database).first(WORKFLOW_ID=workflow_id)


def new_id(call: Call) -> str:
    """An id as PHP's `uniqid` makes it, `66e81a641752f8.56521481`."""
    return f"{int(call.now.timestamp()):08x}{secrets.randbelow(16**5):05x}0.{secrets.randbelow(10**8):08d}"


@dataclass
class Run:
    """A workflow while it is carried on in one call.

    Attributes:
        call: the call that carries it on.
        record: the workflow as it is kept; `save` writes it back.
        document: what it runs on.
    """

    call: Call
    record: Record
    document: Document

    @classmethod
    def of(cls, call: Call, record: Record) -> Run:
        """Take a workflow up again.

        Raises:
            RestError: its document is gone.
        """
        parts = [record[name] for name in ("MODULE_ID", "ENTITY", "DOCUMENT_ID")]
        return cls(call, record, Document.find(call.database, parts))

    @property
    def id(self) -> str:
        """Its id."""
        return str(self.record["WORKFLOW_ID"])

    @property
    def is_waiting(self) -> bool:
        """Whether it waits for people or an application."""
        return self.record["WAITING"] is not None

    def do_next(self, activities: Iterable[Activity]) -> None:
        """Put activities before all that is still to be done."""
        self.record["AGENDA"] = [*activities, *self.record["AGENDA"]]

    def wait(self, activity: Activity, **details: Any) -> None:
        """Stop here until `resume`."""
        self.record["WAITING"] = {"activity": activity, **details}

    def resume(self, branch: int | None = None, results: Mapping[str, Any] | None = None) -> None:
        """End the waiting.

        Args:
            branch: which child of the activity comes next; None for none.
            results: what later activities can read of the activity.
        """
        activity = self.record["WAITING"]["activity"]
        self.record["WAITING"] = None
        self.record["RESULTS"][activity["Name"]] = dict(results or {})
        children = activity.get("Children") or []
        if branch is not None and branch < len(children):
            self.do_next([children[branch]])

    def set_state(self, title: str) -> None:
        """Write the state of the workflow that people see."""
        self.record["STATE"] = title

    def note(self, text: str, activity: Activity | None = None) -> None:
        """Write into the workflow's log."""
        entry = {"WORKFLOW_ID": self.id, "TIME": timestamp(self.call.now), "NOTE": text}
        self.call.database.collection("bizproc_log").insert({**entry, "ACTIVITY": (activity or {}).get("Name")})

    def save(self) -> None:
        """Keep what changed."""
        workflows(self.call.database).update(self.record["id"], {**self.record, "MODIFIED": timestamp(self.call.now)})

    def value(self, written: Any) -> Any:
        """Fill in the expressions of a setting.

        Args:
            written: a setting of an activity. A text that is one expression, such as `{=Document:TITLE}`, becomes the
                value itself; expressions inside a text become text.
        """
        if isinstance(written, dict):
            return {name: self.value(entry) for name, entry in written.items()}
        if isinstance(written, list):
            return [self.value(entry) for entry in written]
        if not isinstance(written, str):
            return written
        alone = _EXPRESSION.fullmatch(written.strip())
        if alone:
            return self._known(alone[1], alone[2])
        return _EXPRESSION.sub(lambda found: _as_text(self._known(found[1], found[2])), written)

    def text(self, written: Any) -> str:
        """The same as text."""
        return _as_text(self.value(written))

    def people(self, written: Any) -> list[int]:
        """The people whom a setting names; who started the workflow where it names nobody.

        Args:
            written: `user_14`, `[14]`, a department, an expression, or several of them in a list or behind semicolons.
        """
        wanted = written if isinstance(written, list) else str(written or "").split(";")
        found = [person for entry in wanted for person in self._people(entry)]
        return list(dict.fromkeys(found)) or [self.record["STARTED_BY"]]

    def _people(self, entry: Any) -> list[int]:
        if str(entry).strip() in _STARTER:
            return [self.record["STARTED_BY"]]
        value = self.value(entry)
        if isinstance(value, list):
            return [person for part in value for person in self._people(part)]
        department = _DEPARTMENT.match(str(value).strip())
        if department:
            return self._colleagues(int(department[1] or department[2]))
        person = _PERSON.search(str(value))
        number = int(next(group for group in person.groups() if group)) if person else 0
        return [number] if self.call.database.collection("users").get(number) else []

    def _colleagues(self, department_id: int) -> list[int]:
        users = self.call.database.collection("users").all()
        return [user["id"] for user in users if user.get("ACTIVE") and department_id in user.get("UF_DEPARTMENT", [])]

    def _known(self, source: str, name: str) -> Any:
        places = {"Template": "PARAMETERS", "Variable": "VARIABLES", "Constant": "CONSTANTS"}
        if source == "Document":
            return self.document.values(self.call).get(name)
        if source in places:
            return self.record[places[source]].get(name)
        if source == "Workflow":
            return {"ID": self.id, "STARTED_BY": self.record["STARTED_BY"]}.get(name.upper())
        if source == "System":
            return timestamp(self.call.now) if name in {"Now", "Date"} else None
        return self.record["RESULTS"].get(source, {}).get(name)


def first_values(described: Mapping[str, Any], given: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The values of parameters, variables or constants when a workflow starts.

    Args:
        described: descriptions by name, with `Default`.
        given: values that were sent.
    """
    values = {name: entry.get("Default") if isinstance(entry, dict) else entry for name, entry in described.items()}
    return {**values, **{name: value for name, value in (given or {}).items() if name in described}}


def as_people(value: Any) -> list[int]:
    """The whole numbers in a value, for fields of people."""
    entries = value if isinstance(value, list) else [value]
    return [number for entry in entries if (number := to_integer(str(entry).removeprefix("user_"))) is not None]


def _as_text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_as_text(entry) for entry in value)
    return "" if value is None else str(value)
