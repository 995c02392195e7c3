"""What a portal tells about itself: time, scopes, methods, the application, the caller's own profile."""

from __future__ import annotations

from typing import Any

from bitrix_node.sandbox.authentication import ALL_SCOPES
from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.registry import REGISTRY, Call, Method, method


@method("server.time")
def server_time(call: Call) -> str:
    """Tell the portal's time."""
    return timestamp(call.now)


@method("scope")
def scope(call: Call) -> list[str]:
    """List the caller's permissions, or all that exist with `full`."""
    return sorted(ALL_SCOPES if call.flag("full") else call.caller.scopes)


@method("methods")
def methods(call: Call) -> list[str]:
    """List the methods open to the caller, those of one scope, or all with `full`."""
    wanted = call.text("scope")
    return sorted(
        entry.name
        for entry in REGISTRY
        if entry.version == 2 and (wanted in entry.scopes if wanted else call.flag("full") or _available(entry, call))  # noqa: PLR2004
    )


@method("method.get")
def method_get(call: Call) -> dict[str, bool]:
    """Tell whether a method exists and whether the caller may use it."""
    try:
        entry = REGISTRY.find(call.text("name"))
    except RestError:
        return {"isExisting": False, "isAvailable": False}
    return {"isExisting": True, "isAvailable": _available(entry, call)}


@method("app.info")
def app_info(call: Call) -> dict[str, Any]:
    """Describe the calling application; a webhook gets its permissions and the plan only."""
    licence = {"LICENSE": "en_demo", "LICENSE_TYPE": "demo", "LICENSE_FAMILY": "demo", "LANGUAGE_ID": "en"}
    if call.application is None:
        return {"SCOPE": sorted(call.caller.scopes), **licence}
    return {
        "ID": 1,
        "CODE": call.application.client_id,
        "VERSION": 1,
        "STATUS": "L",
        "INSTALLED": True,
        "PAYMENT_EXPIRED": "N",
        "DAYS": None,
        **licence,
    }


@method("profile")
def profile(call: Call) -> dict[str, Any]:
    """Describe the caller in brief."""
    user = call.database.collection("users").get(call.user_id) or {}
    return {
        "ID": str(call.user_id),
        "ADMIN": call.is_admin,
        "NAME": user.get("NAME", ""),
        "LAST_NAME": user.get("LAST_NAME", ""),
        "PERSONAL_GENDER": user.get("PERSONAL_GENDER", ""),
        "TIME_ZONE": user.get("TIME_ZONE", ""),
    }


def _available(entry: Method, call: Call) -> bool:
    try:
        call.caller.allow(entry)
    except RestError:
        return False
    return True
