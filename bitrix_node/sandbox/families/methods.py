"""REST methods that a family's description makes known: what each does with the records, and how it answers.

A family of `families/*.yaml` may have, beside its fields:

    scope       permission that its methods need
    within      argument -> field: only records with that value are seen, and new ones get it (`{ENTITY: ENTITY}`).
                With details (`{field: ENTITY, family: storage, by: ENTITY}`) the other family must have such a record
    unique      fields that no two records (of the same `within`) share
    stamps      field -> what the portal writes there: created, updated (moments), creator, editor (users)
    admin       whether only administrators may change records
    errors      code and text of refusals: missing, required, invalid, taken, parent, denied, filter, nothing (an update
                without a field; allowed where the description has no such refusal). In a text `{names}` are the names
                of the fields, `{id}` is the id that was asked for
    methods     REST method -> what it does:
                  do        add, update, get, list, delete, fields or count
                  id        argument with the id (`id`), or with the value of field `by`
                  by        field that the argument `id` names a record by; the record's id when it is left out
                  fields    argument with the fields; empty for all arguments
                  answer    template of the result: $id, $row, $rows, $fields, $count stand for themselves
                  paged     whether a list comes in pages of 50 (true)
                  order     order of a list where the call has none
                  select    whether `select` is heeded in lists (true)
                  scope, version, application_only   as for `registry.method`
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.families import Family, descriptions, family
from bitrix_node.sandbox.registry import PAGE_SIZE, Call, Page, method

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bitrix_node.sandbox.database import Record

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
        family: the records.
        within: argument -> field, with the family and the field of it where the value must exist.
        unique: fields that no two records share.
        stamps: what the portal writes by itself.
        admin: whether only administrators change records.
        errors: refusals by kind.
    """

    family: Family
    within: Mapping[str, Mapping[str, str]]
    unique: tuple[str, ...]
    stamps: Mapping[str, str]
    admin: bool
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
            family=family(name),
            within={
                argument: {"field": rule} if isinstance(rule, str) else rule
                for argument, rule in entry.get("within", {}).items()
            },
            unique=tuple(entry.get("unique", ())),
            stamps=entry.get("stamps", {}),
            admin=entry.get("admin", False),
            errors=_ERRORS | {kind: (str(code), text) for kind, (code, text) in entry.get("errors", {}).items()},
        )

    def refusal(self, kind: str, **facts: Any) -> RestError:
        """The refusal of this kind, as the description words it.

        Args:
            kind: one of the kinds of `errors`.
            **facts: what its text speaks of.
        """
        code, text = self.errors[kind]
        return RestError(code, text.format(**{"names": "", "id": "", **facts}))

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
            raise self.refusal("required", names=rule.id)
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
        known = {name.lower(): name for name in self.family.fields}
        try:
            return self.family.clean({known.get(name.lower(), name): value for name, value in sent.items()}, new=new)
        except ValueError as problem:
            raise self.refusal("invalid", names=str(problem)) from problem

    def stamped(self, call: Call, *, new: bool) -> Record:
        """What the portal itself writes."""
        written = {"updated": timestamp(call.now), "editor": call.user_id}
        if new:
            written |= {"created": timestamp(call.now), "creator": call.user_id}
        return {name: written[what] for name, what in self.stamps.items() if what in written}

    def check_unique(self, call: Call, record: Record) -> None:
        """Refuse a value that another record has.

        Raises:
            RestError: naming the field.
        """
        scope = {rule["field"]: record.get(rule["field"]) for rule in self.within.values()}
        for name in self.unique:
            if record.get(name) in (None, ""):
                continue
            other = self.family.collection(call.database).first(**scope, **{name: record[name]})
            if other is not None and other["id"] != record.get("id"):
                raise self.refusal("taken", names=name)

    def check_rights(self, call: Call) -> None:
        """Refuse changes by people without the right.

        Raises:
            RestError: only administrators may.
        """
        if self.admin and not call.is_admin:
            raise self.refusal("denied")


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


def declare_methods() -> None:
    """Make every described method known to the registry."""
    for name, entry in descriptions().items():
        if "methods" not in entry:
            continue
        described = Described.parse(name, entry)
        for rest_method, written in entry["methods"].items():
            rule = dict(written)
            scope = rule.pop("scope", entry.get("scope", "basic"))
            declared = {key: rule.pop(key) for key in ("version", "application_only", "batchable") if key in rule}
            scopes = tuple(scope) if isinstance(scope, list) else scope
            method(rest_method, scope=scopes, **declared)(_function(described, Rule(**rule)))


def _function(described: Described, rule: Rule) -> Callable[[Call], Any]:
    work = _WORK[rule.do]

    def function(call: Call) -> Any:
        return work(described, rule, call)

    return function


def _add(described: Described, rule: Rule, call: Call) -> Any:
    described.check_rights(call)
    scope = described.scope_of(call)
    record = {**described.cleaned(call, rule, new=True), **scope, **described.stamped(call, new=True)}
    missing = described.family.missing(record)
    if missing:
        raise described.refusal("required", names=", ".join(missing))
    described.check_unique(call, record)
    records = described.family.collection(call.database)
    record_id = records.insert(record)
    return _answer(described, rule, records.get(record_id) or {})


def _update(described: Described, rule: Rule, call: Call) -> Any:
    described.check_rights(call)
    record = described.found(call, rule)
    changes = described.cleaned(call, rule, new=False)
    if not changes and "nothing" in described.errors:
        raise described.refusal("nothing")
    changes |= described.stamped(call, new=False)
    changed = {**record, **changes}
    missing = [name for name in described.family.missing(changed) if name in changes]
    if missing:
        raise described.refusal("required", names=", ".join(missing))
    described.check_unique(call, changed)
    described.family.collection(call.database).update(record["id"], changes)
    return _answer(described, rule, changed)


def _get(described: Described, rule: Rule, call: Call) -> Any:
    return _answer(described, rule, described.found(call, rule))


def _delete(described: Described, rule: Rule, call: Call) -> Any:
    described.check_rights(call)
    record = described.found(call, rule)
    described.family.collection(call.database).delete(record["id"])
    return _answer(described, rule, record)


def _list(described: Described, rule: Rule, call: Call) -> Page:
    scope = {f"={name}": value for name, value in described.scope_of(call).items()}

    def field_name(name: str) -> str:
        try:
            return described.family.field_name(name)
        except RestError as problem:
            raise described.refusal("filter", names=name) from problem

    rows, total = described.family.collection(call.database).query(
        {**call.mapping("filter"), **scope},
        call.mapping("order") or dict(rule.order),
        start=call.start if rule.paged else 0,
        limit=PAGE_SIZE if rule.paged else -1,
        field_name=field_name,
    )
    select = [_known_name(described.family, str(name)) for name in call.sequence("select")] if rule.select else None
    shown = [described.family.show(row, select) for row in rows]
    result = _filled(rule.answer, {"$rows": shown, "$count": total}) if rule.answer is not None else shown
    return call.page([], total, result) if rule.paged else Page(result, total)


def _count(described: Described, rule: Rule, call: Call) -> Any:
    found = described.family.collection(call.database).count(**described.scope_of(call))
    return _filled(rule.answer, {"$count": found})


def _fields(described: Described, rule: Rule, call: Call) -> Any:
    del call
    fields = described.family.describe()
    return fields if rule.answer is None else _filled(rule.answer, {"$fields": fields})


def _answer(described: Described, rule: Rule, record: Record) -> Any:
    return _filled(rule.answer, {"$id": record.get("id"), "$row": described.family.show(record)})


def _filled(template: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(template, str):
        return values.get(template, template)
    if isinstance(template, dict):
        return {name: _filled(entry, values) for name, entry in template.items()}
    return [_filled(entry, values) for entry in template] if isinstance(template, list) else template


def _known_name(kind: Family, name: str) -> str:
    lowered = name.lower()
    return next((known for known in kind.fields if known.lower() == lowered), name)


_WORK: dict[str, Callable[[Described, Rule, Call], Any]] = {
    "add": _add,
    "update": _update,
    "get": _get,
    "list": _list,
    "delete": _delete,
    "count": _count,
    "fields": _fields,
}
