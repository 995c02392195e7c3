"""What a CRM record gives to a document: its own fields, and those of its company, contact and responsible person.

A field of a template is named after the record's: `Title` is `title`, `CompanyTitle` the title of its company,
`AssignedLastName` the last name of the responsible person, `ClientPhone` the telephone of the company or else of the
contact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.crm.entity_types import find_entity_type
from bitrix_node.sandbox.crm.multifields import values_field
from bitrix_node.sandbox.documents import wording
from bitrix_node.sandbox.fields import upper_name

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Database, Record

_CONTACT, _COMPANY = 3, 4
_REACHED_BY = {"Phone": "PHONE", "Email": "EMAIL", "Web": "WEB"}


@dataclass(frozen=True, slots=True)
class RecordData:
    """The data of one CRM record.

    Attributes:
        database: the portal's data.
        type_id: its type.
        record: the record as stored.
    """

    database: Database
    type_id: int
    record: Record

    def value(self, code: str) -> Any:
        """What a template's field is filled with; None for a field that the record knows nothing of."""
        for prefix, source in self._sources().items():
            rest = code.removeprefix(prefix)
            if source and rest and rest != code:
                return _user_field(source, rest) if prefix == "Assigned" else _field(source, rest)
        return _field(self.record, code)

    def _sources(self) -> dict[str, Record | None]:
        company = self.record if self.type_id == _COMPANY else self._linked("companyId", _COMPANY)
        contact = self.record if self.type_id == _CONTACT else self._linked("contactId", _CONTACT)
        assigned = self.database.collection("users").get(self.record.get("assignedById") or 0)
        return {"Company": company, "Contact": contact, "Client": company or contact, "Assigned": assigned}

    def _linked(self, field: str, type_id: int) -> Record | None:
        kind = find_entity_type(self.database, type_id)
        return kind.collection(self.database).get(self.record.get(field) or 0) if kind else None


def _field(record: Record, code: str) -> Any:
    if code in _REACHED_BY:
        return next(iter(record.get(values_field(_REACHED_BY[code])) or []), None)
    if code == "Name" and record.get("name") is None:
        return record.get("title")
    value = record.get(code[:1].lower() + code[1:])
    return wording.date(value) if isinstance(value, str) and code.endswith(("Time", "date", "Date")) else value


def _user_field(user: Record, code: str) -> Any:
    return user.get(upper_name(code))
