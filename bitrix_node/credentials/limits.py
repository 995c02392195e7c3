"""How many requests the portal of a credential takes: set by its plan, or named by the person who knows better.

See "Limits" in the REST documentation: two requests a second drain from a bucket of 50, on the Enterprise plan five
from one of 250.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bitrix_node.credentials.errors import CredentialError

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class RequestLimits:
    """The size of a portal's bucket of requests, and how fast it drains.

    Attributes:
        rate: requests a second that drain.
        burst: requests that it holds.
    """

    rate: float = 2.0
    burst: int = 50


PLANS = {"standard": RequestLimits(), "enterprise": RequestLimits(rate=5.0, burst=250)}
"""The plans with limits of their own, as the credential's field names them."""

OWN_LIMITS = "custom"
HIGHEST = 100_000


def read_limits(data: Mapping[str, Any]) -> RequestLimits | None:
    """The limits that a credential states; `None` where it states none.

    Args:
        data: `plan`, or `requestsPerSecond` and `burst`. The two count where the plan is `custom` or not given: n8n
            stores them with any plan.

    Raises:
        CredentialError: when one cannot be used.
    """
    plan = data.get("plan") or OWN_LIMITS
    if isinstance(plan, str) and plan in PLANS:
        return PLANS[plan]
    if plan != OWN_LIMITS:
        known = ", ".join([*PLANS, OWN_LIMITS])
        raise CredentialError(f"There is no Bitrix24 plan {plan!r} to set limits by", f"Known are: {known}.")
    rate, burst = data.get("requestsPerSecond"), data.get("burst")
    if _missing(rate) and _missing(burst):
        return None
    usual = RequestLimits()
    return RequestLimits(
        rate=usual.rate if _missing(rate) else _number("Requests per Second", rate, least=0.01),
        burst=usual.burst if _missing(burst) else int(_number("Burst", burst, least=1)),
    )


def _missing(value: object) -> bool:
    return value is None or value == ""


def _number(name: str, value: Any, *, least: float) -> float:
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not least <= number <= HIGHEST:
        allowed = f"a number from {least:g} to {HIGHEST:g}"
        raise CredentialError(f"{name} must be {allowed}; got {value!r}", "The usual plans have 2 and 50.")
    return number
