"""What a REST method raises to refuse a call."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

Validation = list[dict[str, Any]]


class RestError(Exception):
    """A refusal the caller sees as `error` and `error_description` (REST 2) or `error.code` and `error.message` (3.0).

    Attributes:
        code: Bitrix24's error code; may be empty, as in several documented answers.
        message: text for a person.
        status: HTTP status of the answer; 400 unless the documentation names another.
        validation: faults by field, shown by REST 3.0 only: `[{"field": …, "message": …}]`.
    """

    def __init__(
        self, code: str, message: str, status: int = HTTPStatus.BAD_REQUEST, *, validation: Validation | None = None
    ) -> None:
        super().__init__(f"{code}: {message}" if code else message)
        self.code = code
        self.message = message
        self.status = int(status)
        self.validation = validation


def method_not_found(version: int) -> RestError:
    """The refusal of a method that the portal does not have.

    Args:
        version: 2 or 3, the REST version the method was asked of.

    Returns:
        the error to raise, with status 404.
    """
    if version == 3:  # noqa: PLR2004 - the REST version itself
        return RestError("BITRIX_REST_V3_EXCEPTION_METHODNOTFOUNDEXCEPTION", "Method is not found", 404)
    return RestError("ERROR_METHOD_NOT_FOUND", "Method not found!", 404)


def wrong_authorization_type() -> RestError:
    """The refusal of an application-only method called by a webhook.

    Returns:
        the error to raise, with status 403.
    """
    message = "Current authorization type is denied for this method. Application context required"
    return RestError("WRONG_AUTH_TYPE", message, 403)
