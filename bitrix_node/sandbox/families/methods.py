"""REST methods that a family's description makes known: what each does with the records, and how it answers.

A family of `families/*.yaml` may have, beside its fields:

    scope       permission that its methods need
    within      argument -> field: only records with that value are seen, and new ones get it (`{ENTITY: ENTITY}`).
                With details (`{field: ENTITY, family: storage, by: ENTITY}`) the other family must have such a record
    unique      fields that no two records (of the same `within`) share; or field -> fields that tell which records vie
    links       field -> the record it names: `family`, `by` (a field of it; the id) and `error` (`parent`), the refusal
                where there is no such record
    owns        family -> its field with the id: records that go when theirs goes, with what they own. With details
                (`{field: ENTITY_ID, where: {ENTITY_TYPE_ID: 8}}`) only those with these values
    stamps      field -> what the portal writes there: created, updated (moments), creator, editor (users); changed
                and changer as updated and editor, but not when the record is made
    admin       true when only administrators may change records, `all` when they alone may read them, too
    errors      code and text of refusals: missing, required, argument (`required`, of an argument), invalid, taken,
                parent, denied, hidden (`denied`, to readers), filter, nothing (an update without a field; allowed
                where the description has no such refusal). In a text `{names}` are the names of the fields,
                `{first}` is the first of them, `{id}` the id that was asked for
    methods     REST method -> what it does:
                  do        add, update, get, list, delete, fields or count
                  id        argument with the id (`id`), or with the value of field `by`
                  by        field that the argument `id` names a record by; the record's id when it is left out
                  fields    argument with the fields; empty for all arguments
                  answer    template of the result: $id, $row, $rows, $fields, $count stand for themselves
                  paged     whether a list comes in pages of 50 (true)
                  order     order of a list where the call has none
                  select    whether `select` is heeded in lists (true)
                  required  fields that an update has to name, and that a list has to be filtered by
                  brief     whether `fields` tells types and flags alone
                  scope, version, application_only   as for `registry.method`
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.families import Family, descriptions
from bitrix_node.sandbox.families.described import Described, Rule, forget
from bitrix_node.sandbox.filters import split_operator
from bitrix_node.sandbox.registry import PAGE_SIZE, Call, Page, method

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bitrix_node.sandbox.database import Record


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


def described_method(name: str, **rule: Any) -> Callable[[Call], Any]:
    """What a described method does, for a method that does something besides.

    Args:
        name: the family.
        **rule: as written under `methods`.

    Returns:
        the function, which takes the call and returns the result.
    """
    return _function(Described.parse(name, descriptions()[name]), Rule(**rule))


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
    described.check_links(call.database, record)
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
    missing += [name for name in rule.required if call.mapping(rule.fields).get(name) in (None, "")]
    if missing:
        raise described.refusal("required", names=", ".join(dict.fromkeys(missing)))
    described.check_links(call.database, changes)
    described.check_unique(call, changed)
    described.family.collection(call.database).update(record["id"], changes)
    return _answer(described, rule, changed)


def _get(described: Described, rule: Rule, call: Call) -> Any:
    described.check_rights(call, reading=True)
    return _answer(described, rule, described.found(call, rule))


def _delete(described: Described, rule: Rule, call: Call) -> Any:
    described.check_rights(call)
    record = described.found(call, rule)
    forget(call.database, described.name, record["id"])
    return _answer(described, rule, record)


def _list(described: Described, rule: Rule, call: Call) -> Page:
    described.check_rights(call, reading=True)
    scope = {f"={name}": value for name, value in described.scope_of(call).items()}
    filtered = {split_operator(name)[1] for name in call.mapping("filter")}
    missing = [name for name in rule.required if name not in filtered]
    if missing:
        raise described.refusal("required", names=", ".join(missing))

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
    if rule.brief:
        fields = {name: {key: field[key] for key in _BRIEF} for name, field in fields.items()}
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


_BRIEF = ("isImmutable", "isReadOnly", "isRequired", "type")

_WORK: dict[str, Callable[[Described, Rule, Call], Any]] = {
    "add": _add,
    "update": _update,
    "get": _get,
    "list": _list,
    "delete": _delete,
    "count": _count,
    "fields": _fields,
}
