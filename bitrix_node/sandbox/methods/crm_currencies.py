"""`crm.currency.list`: the currencies that amounts may be in."""

from __future__ import annotations

from bitrix_node.sandbox.families import family
from bitrix_node.sandbox.registry import Call, Page, method

CURRENCIES = family("currency")


@method("crm.currency.list", scope="crm")
def currency_list(call: Call) -> Page:
    """List the currencies; never in pages."""
    order = call.mapping("order") or {"SORT": "ASC"}
    rows, _ = CURRENCIES.collection(call.database).query(
        {}, order, limit=-1, start=-1, field_name=CURRENCIES.field_name
    )
    return Page([CURRENCIES.show(row) for row in rows], len(rows))
