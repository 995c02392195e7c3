"""Makes, changes and removes CRM records by the portal's rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.crm import multifields
from bitrix_node.sandbox.crm.files import FieldFiles
from bitrix_node.sandbox.crm.product_rows import forget_rows
from bitrix_node.sandbox.crm.requisites import forget_requisites
from bitrix_node.sandbox.crm.stages import default_category, require_category, semantic_of, stages
from bitrix_node.sandbox.errors import RestError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitrix_node.sandbox.crm.entity_types import EntityType
    from bitrix_node.sandbox.database import Record
    from bitrix_node.sandbox.fields import Field
    from bitrix_node.sandbox.registry import Call

INVALID_VALUE = "CRM_FIELD_ERROR_VALUE_NOT_VALID"
_LINKS = (("contactId", "contactIds"), ("companyId", "companyIds"))


@dataclass(frozen=True, slots=True)
class Items:
    """The records of one type, as one call sees them.

    Attributes:
        call: in whose name and when.
        kind: type of the records.
        fields: its fields by stored name.
    """

    call: Call
    kind: EntityType
    fields: Mapping[str, Field]

    @classmethod
    def of(cls, call: Call, kind: EntityType) -> Items:
        """Open the records of a type.

        Args:
            call: the call that works on them.
            kind: their type.

        Returns:
            the records.
        """
        return cls(call, kind, kind.all_fields(call.database))

    def get(self, item_id: int) -> Record | None:
        """Fetch a record.

        Args:
            item_id: its id.

        Returns:
            the stored record, or None.
        """
        return self.kind.collection(self.call.database).get(item_id)

    def add(self, sent: Mapping[str, Any], communications: Any = None) -> Record:
        """Make a record.

        Args:
            sent: values by stored field name; unknown and read-only names are ignored, as the portal does.
            communications: changes for `fm`.

        Returns:
            the stored record.

        Raises:
            RestError: a value is not valid, or a required one is missing.
        """
        record = {name: field.default for name, field in self.fields.items() if field.default is not None}
        record.update(self._stamp(created=True), **self._clean(sent, {}))
        self._require(record)
        self._complete_dates(record)
        self._link(record, sent)
        self._place(record, sent, before=None)
        self._communicate(record, communications if communications is not None else sent.get("fm"))
        return self._insert(record)

    def update(self, item_id: int, sent: Mapping[str, Any], communications: Any = None) -> Record | None:
        """Change a record.

        Args:
            item_id: its id.
            sent: new values by stored field name; fields not named stay.
            communications: changes for `fm`.

        Returns:
            the stored record, or None when there is none.

        Raises:
            RestError: a value is not valid.
        """
        before = self.get(item_id)
        if before is None:
            return None
        record = {**before, **self._clean(sent, before), **self._stamp(created=False)}
        self._require(record)
        self._link(record, sent)
        self._place(record, sent, before)
        self._communicate(record, communications if communications is not None else sent.get("fm"))
        self._describe(record)
        self.kind.collection(self.call.database).update(item_id, record)
        return record

    def delete(self, item_id: int) -> bool:
        """Remove a record with its activities, product rows, requisites and addresses.

        Args:
            item_id: its id.

        Returns:
            whether there was one.
        """
        activities = self.call.database.collection("crm_activities", ("OWNER_ID",))
        for activity in activities.find(OWNER_ID=item_id, OWNER_TYPE_ID=self.kind.id):
            activities.delete(activity["id"])
        forget_rows(self.call.database, self.kind, item_id)
        forget_requisites(self.call.database, self.kind.id, item_id)
        return self.kind.collection(self.call.database).delete(item_id)

    def _clean(self, sent: Mapping[str, Any], before: Record) -> Record:
        record: Record = {}
        files = FieldFiles(self.call.database, self.call.portal)
        for name, value in sent.items():
            field = self.fields.get(name)
            if field is None or field.read_only or field.type == "crm_multifield":
                continue
            try:
                is_file = field.type == "file"
                record[name] = files.store(field, value, before.get(name)) if is_file else field.store(value)
            except TypeError as problem:
                raise RestError("100", str(problem)) from problem
            except ValueError as problem:
                raise RestError(INVALID_VALUE, f'Invalid value for field "{name}"') from problem
        return record

    def _stamp(self, *, created: bool) -> Record:
        moment, user = timestamp(self.call.now), self.call.user_id
        stamp: Record = {"updatedTime": moment, "updatedBy": user}
        if created:
            stamp |= {"createdTime": moment, "createdBy": user, "assignedById": user}
            stamp |= {"lastActivityTime": moment, "lastActivityBy": user}
        return stamp

    def _require(self, record: Record) -> None:
        for name, field in self.fields.items():
            if field.required and record.get(name) in (None, ""):
                raise RestError("CRM_FIELD_ERROR_REQUIRED", f'Required field "{name}" is empty')
        if record.get("opened") is None:
            record["opened"] = "N"

    def _complete_dates(self, record: Record) -> None:
        if self.kind.closing_days is None:
            return
        today = self.call.now.replace(hour=0, minute=0, second=0)
        for name, days in (("begindate", 0), ("closedate", self.kind.closing_days)):
            record[name] = record.get(name) or timestamp(today + timedelta(days=days))

    def _link(self, record: Record, sent: Mapping[str, Any]) -> None:
        for single, several in _LINKS:
            if several not in self.fields or single not in self.fields:
                continue
            if several in sent:
                record[single] = record[several][0] if record[several] else None
            elif single in sent:
                others = [entry for entry in record.get(several) or [] if entry != record[single]]
                record[several] = [record[single], *others] if record[single] else []

    def _place(self, record: Record, sent: Mapping[str, Any], before: Record | None) -> None:
        """Put a record on a stage of its pipeline and derive what follows from the stage."""
        category = self._category(record, before)
        available = {stage["STATUS_ID"]: stage for stage in stages(self.call.database, self.kind, category)}
        if not available:
            return
        moved_pipeline = before is not None and before.get("categoryId") != record.get("categoryId")
        if not record.get("stageId") or (moved_pipeline and "stageId" not in sent):
            record["stageId"] = next(iter(available))
        stage = available.get(record["stageId"])
        if stage is None:
            raise RestError(INVALID_VALUE, 'Invalid value for field "stageId"')
        if before is None or before.get("stageId") != record["stageId"]:
            record |= {"movedTime": timestamp(self.call.now), "movedBy": self.call.user_id}
            if before is not None and "previousStageId" in self.fields:
                record["previousStageId"] = before.get("stageId")
        self._follow_stage(record, semantic_of(stage), is_first=record["stageId"] == next(iter(available)))

    def _category(self, record: Record, before: Record | None) -> int:
        if not self.kind.has_categories:
            return 0
        if record.get("categoryId") is None:
            record["categoryId"] = (before or {}).get("categoryId", default_category(self.call.database, self.kind))
        require_category(self.call.database, self.kind, record["categoryId"])
        return int(record["categoryId"])

    def _follow_stage(self, record: Record, semantic: str, *, is_first: bool) -> None:
        derived = {"stageSemanticId": semantic, "closed": "N" if semantic == "P" else "Y"}
        derived["isNew"] = "Y" if is_first else "N"
        if "dateClosed" in self.fields:
            record["dateClosed"] = None if semantic == "P" else record.get("dateClosed") or timestamp(self.call.now)
        record |= {name: value for name, value in derived.items() if name in self.fields}

    def _communicate(self, record: Record, changes: Any) -> None:
        if "fm" not in self.fields:
            return
        if changes is not None:
            counter = self.call.database.collection("crm_multifield_numbers")
            record["fm"] = multifields.apply_changes(record.get("fm") or [], changes, counter)
        record |= multifields.derived(record.get("fm") or [])

    def _insert(self, record: Record) -> Record:
        collection = self.kind.collection(self.call.database)
        item_id = collection.insert({"id": record.pop("id", None)})
        record["id"] = item_id
        for number in ("quoteNumber", "accountNumber"):
            if number in self.fields:
                record[number] = str(item_id)
        self._describe(record)
        collection.update(item_id, record)
        return record

    def _describe(self, record: Record) -> None:
        """Fill in title and search text."""
        if "title" in self.fields and not record.get("title"):
            record["title"] = f"{self.kind.title} #{record['id']}"
        names = ("id", "title", "name", "secondName", "lastName", "companyTitle")
        words = [str(record[name]) for name in names if record.get(name)]
        words += [entry["value"] for entry in record.get("fm") or []]
        record["searchContent"] = " ".join(words)
