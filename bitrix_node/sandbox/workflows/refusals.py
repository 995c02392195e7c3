"""What workflows refuse, as their documentation words the codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitrix_node.sandbox.errors import RestError

if TYPE_CHECKING:
    from http import HTTPStatus

    from bitrix_node.sandbox.authentication import Application
    from bitrix_node.sandbox.registry import Call


def denied(status: HTTPStatus | int = 400) -> RestError:
    """The caller may not do this."""
    return RestError("ACCESS_DENIED", "Access denied!", status)


def require_administrator(call: Call, status: HTTPStatus | int = 400) -> None:
    """Refuse whoever does not administer the portal.

    Args:
        call: who calls.
        status: documented status of the refusal.

    Raises:
        RestError: access denied.
    """
    if not call.is_admin:
        raise denied(status)


def require_application(call: Call) -> Application:
    """The calling application, in the name of an administrator.

    Raises:
        RestError: a webhook calls, or somebody without the right.
    """
    if call.application is None:
        raise RestError("ACCESS_DENIED", "Application context required")
    require_administrator(call)
    return call.application
