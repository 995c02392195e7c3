"""What can come of a call besides an answer, by what the caller may do next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.rest import error_entry

if TYPE_CHECKING:
    from bitrix_node.portal.clock import Moment
    from bitrix_node.rest import ErrorClass


class PortalError(Exception):
    """A call that brought no answer.

    Attributes:
        message: what happened, in Bitrix24's words where it said something.
        code: Bitrix24's error code, or one of our own (see the end of `tables/errors.yaml`).
        http: HTTP status; for a command of a batch the one that the same refusal has alone. `None` without an answer.
        method: the REST method.
        retryable: whether the same call may succeed later, and may be made again without doing anything twice.
        carried_out: whether the portal may have done what was asked: `False` when it certainly did not.
    """

    kind: ErrorClass = "refused"
    retryable = False
    carried_out = False

    def __init__(self, message: str, *, code: str = "", http: int | None = None, method: str = "") -> None:
        self.message, self.code, self.http, self.method = message, code, http, method
        super().__init__(message)

    @property
    def remedy(self) -> str:
        """What to do now; empty where nothing is known."""
        entry = error_entry(self.code, self.message)
        return entry.remedy if entry else ""

    def details(self) -> dict[str, Any]:
        """The facts for an error item."""
        return {"code": self.code, "http": self.http, "method": self.method, "retryable": self.retryable}

    def about(self, method: str) -> PortalError:
        """The same, told of another method: a failed batch fails each of its commands."""
        return type(self)(self.message, code=self.code, http=self.http, method=method)


class Refused(PortalError):
    """The method answered with an error: it ran, and did not do what was asked."""


class Denied(Refused):
    """Rights, scope or the kind of credential stand against it."""

    kind = "denied"


class Missing(Refused):
    """What the call names does not exist."""

    kind = "missing"


class Invalid(Refused):
    """The arguments are wrong."""

    kind = "invalid"


class Unsendable(PortalError):
    """The arguments hold something that cannot be sent: nothing was."""


class LimitReached(PortalError):
    """Refused because of too many requests, before anything ran: there is a place again in a moment."""

    kind = "limit"
    retryable = True


class QuotaSpent(PortalError):
    """Refused because the method's computing time is used up, before anything ran: minutes have to pass.

    Attributes:
        retry_at: when the method may be called again, at the latest: ISO 8601 in UTC; `None` where nobody reckoned it.
    """

    kind = "quota"
    retryable = True
    retry_at: str | None = None

    @property
    def remedy(self) -> str:
        """What to do now, and when."""
        usual = super().remedy
        return usual if self.retry_at is None else f"{usual} It may be called again at {self.retry_at} at the latest."

    def details(self) -> dict[str, Any]:
        """The facts for an error item, with the time."""
        return {**super().details(), **({} if self.retry_at is None else {"retryAt": self.retry_at})}


class TokenEnded(PortalError):
    """Refused because the access token has ended, before anything ran."""

    kind = "token"
    retryable = True


class Unreachable(PortalError):
    """No connection came about: nothing was sent."""

    kind = "portal"
    retryable = True


class NotThePortal(PortalError):
    """Something else than the REST API refused, before anything ran: a web page, or a redirect to another address."""

    kind = "portal"


class Incomplete(PortalError):
    """A list that cannot be had as a whole, so that none of it is handed out."""

    kind = "incomplete"


class NotSent(PortalError):
    """Taken back before it was sent, because the run was stopped or its time was up."""

    retryable = True


class Recalled(NotSent):
    """Taken back before it was sent, because the same method has just been refused; its sender decides anew."""


class TellsNotWhich(PortalError):
    """A batch was refused as a whole: which of its calls that is about, only each of them alone can tell."""

    retryable = True


class NotCarriedOut(PortalError):
    """A write that brought no answer, and of which it was found out that it has not been carried out."""

    kind = "unknown"
    retryable = True


class NoAnswer(PortalError):
    """Sent, but whether it was carried out is unknown: late, cut off, or not from the REST API.

    Attributes:
        sent: when it was sent.
    """

    kind = "unknown"
    retryable = True
    carried_out = True
    sent: Moment | None = None


class TooLarge(NoAnswer):
    """Sent, but the answer is larger than is read: the same call would bring the same."""

    retryable = False


class OutcomeUnknown(NoAnswer):
    """A write of which nobody knows whether it was carried out; it is never sent again.

    Attributes:
        check: the call that can tell, as `method` and `arguments`; `None` where there is none.
    """

    retryable = False
    check: dict[str, Any] | None = None

    def details(self) -> dict[str, Any]:
        """The facts for an error item, with the time and the way to find out."""
        facts = {**super().details(), **({} if self.sent is None else {"sentAt": str(self.sent)})}
        return facts if self.check is None else {**facts, "check": self.check}


_CLASSES: dict[str, type[PortalError]] = {
    "limit": LimitReached,
    "quota": QuotaSpent,
    "token": TokenEnded,
    "denied": Denied,
    "missing": Missing,
    "invalid": Invalid,
    "incomplete": Incomplete,
    "portal": NoAnswer,
    "unknown": NoAnswer,
    "refused": Refused,
}

_USUAL_STATUS: dict[str, int] = {"limit": 503, "quota": 429, "token": 401, "portal": 500}
_STATUS_OF_A_REFUSAL = 400


def error_from_code(code: str, message: str, http: int | None, method: str) -> PortalError:
    """The typed error for what Bitrix24 answered.

    Args:
        code: its error code; may be empty.
        message: its description; may be empty.
        http: HTTP status; `None` inside a batch, where the one that the code has alone is taken.
        method: the REST method.
    """
    entry = error_entry(code, message)
    kind = entry.kind if entry else _kind_by_status(http)
    status = http if http is not None else (entry and entry.http) or _USUAL_STATUS.get(kind, _STATUS_OF_A_REFUSAL)
    return _CLASSES[kind](message or code or "Bitrix24 refused the call", code=code, http=status, method=method)


def _kind_by_status(http: int | None) -> ErrorClass:
    if http == 429:  # noqa: PLR2004
        return "limit"
    if http is not None and http >= 500:  # noqa: PLR2004
        return "portal"
    return "denied" if http in {401, 403} else "refused"
