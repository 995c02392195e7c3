"""What a family's description rules besides its fields: who may, what must be there, and how a refusal reads.

The head of `families/methods.py` tells how it is written.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.families import Family, descriptions, family

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitrix_node.sandbox.database import Database, Record
    from bitrix_node.sandbox.registry import Call

_ERRORS: dict[str, tuple[str, str]] = {
    "missing": ("NOT_FOUND", "Element not found"),
    "required": ("100", "Required fields: {names}"),
    "invalid": ("INVALID_ARG_VALUE", "{names}"),
    "taken": ("DUPLICATE", "A record with this {names} already exists"),
    "parent": ("NOT_FOUND", "{names} not found"),
    "denied": ("ACCESS_DENIED", "Access denied"),
    "filter": ("INVALID_ARG_VALUE", "Invalid filter: field '{names}' is not allowed in filter"),
}


@dataclass(frozen=True, slots=True)
class Described:
    """A family with its methods.

    Attributes:
        name: the family's name.
        family: the records.
        within: argument -> field, with the family and the field of it where the value must exist.
        unique: fields that no two records share, each with the fields that tell which records vie.
        links: fields that name other records, with the family, the field of it and the refusal.
        stamps: what the portal writes by itself.
        admin: whether only administrators change records, or (`all`) read them, too.
        errors: refusals by kind.
    """

    name: str
    family: Family
    within: Mapping[str, Mapping[str, str]]
    unique: Mapping[str, tuple[str, ...]]
    links: Mapping[str, Mapping[str, str]]
    stamps: Mapping[str, str]
    admin: bool | str
    errors: Mapping[str, tuple[str, str]]

    @classmethod
    def parse(cls, name: str, entry: Mapping[str, Any]) -> Described:
        """Read a description.

        Args:
            name: the family's name.
            entry: its part of the file.

        Returns:
            the family with its rules.
        """
        return cls(
            name=name,
            family=family(name),
            within={
                argument: {"field": rule} if isinstance(rule, str) else rule
                for argument, rule in entry.get("within", {}).items()
            },
            unique=_unique(entry),
            links=entry.get("links", {}),
            stamps=entry.get("stamps", {}),
            admin=entry.get("admin", False),
            errors=_errors(entry),
        )

    def refusal(self, kind: str, **facts: Any) -> RestError:
        """The refusal of this kind, as the description words it.

        Args:
            kind: one of the kinds of `errors`.
            **facts: what its text speaks of.
        """
        code, text = self.errors[kind]
        first = str(facts.get("names", "")).partition(", ")[0]
        return RestError(code, text.format(**{"names": "", "first": first, "id": "", **facts}))

    def scope_of(self, call: Call) -> dict[str, Any]:
        """The values of `within` that this call is about.

        Raises:
            RestError: one is not given, or there is no such parent.
        """
        values: dict[str, Any] = {}
        for argument, rule in self.within.items():
            sent = call.value(argument)
            if sent in (None, ""):
                raise self.refusal("required", names=argument)
            kind = self.family.fields[rule["field"]]
            try:
                values[rule["field"]] = kind.store(sent)
            except (TypeError, ValueError) as problem:
                raise self.refusal("parent", names=argument) from problem
            if "family" in rule:
                parents = family(rule["family"]).collection(call.database)
                by = rule.get("by", "id")
                key = {by: values[rule["field"]]}
                if (parents.get(key["id"]) if by == "id" else parents.first(**key)) is None:
                    raise self.refusal("parent", names=argument, id=sent)
        return values

    def found(self, call: Call, rule: Rule) -> Record:
        """The record that the call names.

        Raises:
            RestError: there is none.
        """
        wanted = call.value(rule.id)
        if wanted in (None, ""):
            raise self.refusal("argument", names=rule.id)
        scope = self.scope_of(call)
        records = self.family.collection(call.database)
        if rule.by:
            record = records.first(**scope, **{rule.by: self._key(rule.by, wanted)})
        else:
            record = records.get(call.integer(rule.id))
        if record is None or any(record.get(name) != value for name, value in scope.items()):
            raise self.refusal("missing", id=wanted)
        return record

    def _key(self, name: str, wanted: Any) -> Any:
        try:
            return self.family.fields[name].store(wanted)
        except (TypeError, ValueError) as problem:
            raise self.refusal("missing", id=wanted) from problem

    def cleaned(self, call: Call, rule: Rule, *, new: bool) -> Record:
        """What the call wants stored.

        Raises:
            RestError: a value is not of its field's type.
        """
        sent = call.mapping(rule.fields) if rule.fields else dict(call.arguments)
        if not sent and self.errors["argument"] != self.errors["required"]:
            raise self.refusal("argument", names=rule.fields)
        known = {name.lower(): name for name in self.family.fields}
        try:
            return self.family.clean({known.get(name.lower(), name): value for name, value in sent.items()}, new=new)
        except ValueError as problem:
            raise self.refusal("invalid", names=str(problem)) from problem

    def stamped(self, call: Call, *, new: bool) -> Record:
        """What the portal itself writes."""
        written = {"updated": timestamp(call.now), "editor": call.user_id}
        moment, person = ("created", "creator") if new else ("changed", "changer")
        written |= {moment: timestamp(call.now), person: call.user_id}
        return {name: written[what] for name, what in self.stamps.items() if what in written}

    def check_unique(self, call: Call, record: Record) -> None:
        """Refuse a value that another record has.

        Raises:
            RestError: naming the field.
        """
        for name, shared in self.unique.items():
            if record.get(name) in (None, ""):
                continue
            scope = {field_name: record.get(field_name) for field_name in shared}
            other = self.family.collection(call.database).first(**scope, **{name: record[name]})
            if other is not None and other["id"] != record.get("id"):
                raise self.refusal("taken", names=name)

    def check_links(self, database: Database, changes: Record) -> None:
        """Refuse a value that names a record which is not there.

        Raises:
            RestError: as the link words it.
        """
        for name, rule in self.links.items():
            wanted = changes.get(name)
            if wanted not in (None, "", 0) and _linked(database, rule, wanted) is None:
                raise self.refusal(rule.get("error", "parent"), names=name, id=wanted)

    def check_rights(self, call: Call, *, reading: bool = False) -> None:
        """Refuse people without the right.

        Raises:
            RestError: only administrators may.
        """
        if not call.is_admin and self.admin and (self.admin == "all" or not reading):
            raise self.refusal("hidden" if reading else "denied")


@dataclass(frozen=True, slots=True)
class Rule:
    """What one method does; see the head of this module."""

    do: str
    id: str = "id"
    by: str = ""
    fields: str = "fields"
    answer: Any = None
    paged: bool = True
    order: Mapping[str, str] = field(default_factory=dict)
    select: bool = True
    required: tuple[str, ...] | list[str] = ()
    brief: bool = False


def forget(database: Database, name: str, record_id: int) -> bool:
    """Remove a record with everything that it owns, and the bytes that it keeps.

    Args:
        database: the portal's data.
        name: its family.
        record_id: its id.

    Returns:
        whether there was one.
    """
    records = family(name).collection(database)
    for owned, written in descriptions()[name].get("owns", {}).items():
        rule: dict[str, Any] = {"field": written} if isinstance(written, str) else written
        for other in family(owned).collection(database).find(**rule.get("where", {}), **{rule["field"]: record_id}):
            forget(database, owned, other["id"])
    database.blobs.delete((records.get(record_id) or {}).get("blob") or 0)
    return records.delete(record_id)


def _errors(entry: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    errors = _ERRORS | {kind: (str(code), text) for kind, (code, text) in entry.get("errors", {}).items()}
    return {"argument": errors["required"], "hidden": errors["denied"], **errors}


def _unique(entry: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    written = entry.get("unique", ())
    within = [rule if isinstance(rule, str) else rule["field"] for rule in entry.get("within", {}).values()]
    shared = written if isinstance(written, dict) else {name: [] for name in written}
    return {name: (*within, *others) for name, others in shared.items()}


def _linked(database: Database, rule: Mapping[str, str], wanted: Any) -> Record | None:
    records = family(rule["family"]).collection(database)
    return records.first(**{rule["by"]: wanted}) if "by" in rule else records.get(wanted)
