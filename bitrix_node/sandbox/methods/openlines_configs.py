"""`imopenlines.config.*`: the channels, their settings and their queues."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.arguments import to_integer
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.filters import split_operator
from bitrix_node.sandbox.openlines import configs
from bitrix_node.sandbox.openlines.configs import CONFIGS, QUEUE
from bitrix_node.sandbox.registry import Call, method

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitrix_node.sandbox.database import Record

_LARGEST_PAGE = 200
_PARAMS = ("select", "filter", "order", "limit", "offset")
_OPTIONS = ("QUEUE", "CONFIG_QUEUE", "CHECK_PERMISSION")
_PERMISSIONS = frozenset(
    {"lines", "connectors", "session", "history", "join", "vote_head", "settings", "quick_answers"}
)


@method("imopenlines.config.add", scope="imopenlines")
def config_add(call: Call) -> int:
    """Open a channel; the caller answers in it where no queue is given."""
    record = _cleaned(call, new=True)
    record[QUEUE] = record[QUEUE] or [{"ENTITY_TYPE": "user", "ENTITY_ID": str(call.user_id)}]
    record["MODIFY_USER_ID"] = call.user_id
    channels = CONFIGS.collection(call.database)
    config_id = channels.insert(record)
    if not record.get("LINE_NAME"):
        channels.update(config_id, {"LINE_NAME": f"Open line {config_id}"})
    return config_id


@method("imopenlines.config.get", scope="imopenlines")
def config_get(call: Call) -> dict[str, Any]:
    """Describe a channel, with its operators unless `WITH_QUEUE` is N."""
    config = _found(call)
    shown = CONFIGS.show(config)
    if call.flag("WITH_QUEUE", default=True):
        shown |= _full_queue(call, config)
    return shown


@method("imopenlines.config.update", scope="imopenlines")
def config_update(call: Call) -> bool:
    """Change a channel; settings that are not named stay."""
    config = _changeable(call)
    CONFIGS.collection(call.database).update(
        config["id"], {**_cleaned(call, new=False), "MODIFY_USER_ID": call.user_id}
    )
    return True


@method("imopenlines.config.delete", scope="imopenlines")
def config_delete(call: Call) -> bool:
    """Close a channel for good."""
    return CONFIGS.collection(call.database).delete(_changeable(call)["id"])


@method("imopenlines.config.list.get", scope="imopenlines")
def config_list(call: Call) -> list[dict[str, Any]]:
    """List channels."""
    params, options = call.mapping("PARAMS"), call.mapping("OPTIONS")
    _check_params(params)
    _check_options(options)
    limit, offset = _whole(params, "limit", 50), _whole(params, "offset", 0)
    rows, _ = CONFIGS.collection(call.database).query(
        params.get("filter") or {},
        params.get("order") or {"ID": "ASC"},
        start=offset,
        limit=min(limit, _LARGEST_PAGE),
        field_name=lambda name: "id" if name == "ID" else name,
    )
    if options.get("CHECK_PERMISSION"):
        rows = [row for row in rows if call.is_admin or call.user_id in configs.operators(call.database, row)]
    return [_row(call, row, params.get("select"), options) for row in rows]


def _row(call: Call, config: Record, select: Any, options: Mapping[str, Any]) -> dict[str, Any]:
    shown = CONFIGS.show(config)
    if select and "*" not in select:
        shown = {name: shown[name] for name in select}
    if options.get("QUEUE") == "Y":
        shown["QUEUE"] = configs.operators(call.database, config)
        shown["QUEUE_USERS_FIELDS"] = configs.queue_fields(call.database, config)
    if options.get("CONFIG_QUEUE") == "Y":
        shown["CONFIG_QUEUE"] = config[QUEUE]
    return shown


def _full_queue(call: Call, config: Record) -> dict[str, Any]:
    fields = configs.queue_fields(call.database, config)
    full = {
        number: {
            "ID": f"{config['id']}{place:03}",
            "SORT": str(place),
            "USER_ID": number,
            "DEPARTMENT_ID": "0",
            **entry,
        }
        for place, (number, entry) in enumerate(fields.items())
    }
    return {"QUEUE": list(fields), "QUEUE_FULL": full, "QUEUE_USERS_FIELDS": fields, "QUEUE_ONLINE": "Y"}


def _cleaned(call: Call, *, new: bool) -> Record:
    try:
        return configs.cleaned(call.mapping("PARAMS"), new=new)
    except ValueError as problem:
        raise RestError("INVALID_FORMAT", str(problem)) from problem


def _found(call: Call) -> Record:
    config = configs.find(call.database, call.integer("CONFIG_ID"))
    if config is None:
        raise RestError("CONFIG_ID_EMPTY", "Config ID can't be empty")
    return config


def _changeable(call: Call) -> Record:
    config = _found(call)
    if not call.is_admin:
        raise RestError("CONFIG_WRONG_USER_PERMISSION", "Permission denied", 403)
    return config


def _check_params(params: Mapping[str, Any]) -> None:
    _refuse_unknown("PARAMS", params, _PARAMS)
    if not isinstance(params.get("select") or [], list):
        raise _malformed("A wrong format for the PARAMS field 'select' is passed")
    for part in ("order", "filter"):
        if not isinstance(params.get(part) or {}, dict):
            raise _malformed(f"A wrong format for the PARAMS field '{part}' is passed")
    named = {
        "select": params.get("select") or [],
        "order": params.get("order") or {},
        "filter": [split_operator(str(key))[1] for key in params.get("filter") or {}],
    }
    for part, names in named.items():
        for name in names:
            _check_name(part, name)
    if any(str(way).upper() not in ("ASC", "DESC") for way in (params.get("order") or {}).values()):
        raise _malformed("A wrong sorting direction is passed in the PARAMS field 'order'")


def _check_name(part: str, name: Any) -> None:
    if not name or not isinstance(name, str):
        raise _malformed(f"A wrong field name is passed in the PARAMS field '{part}'")
    if name not in CONFIGS.fields and not (part == "select" and name == "*"):
        raise _malformed(f"An unknown field '{name}' is passed in the PARAMS field '{part}'")


def _check_options(options: Mapping[str, Any]) -> None:
    _refuse_unknown("OPTIONS", options, _OPTIONS)
    for name in ("QUEUE", "CONFIG_QUEUE"):
        if isinstance(options.get(name), (list, dict)):
            raise _malformed(f"A wrong format for the OPTIONS field '{name}' is passed")
    if options.get("CHECK_PERMISSION") and options["CHECK_PERMISSION"] not in _PERMISSIONS:
        raise _malformed("An unknown value for the OPTIONS field 'CHECK_PERMISSION' is passed")


def _refuse_unknown(argument: str, given: Mapping[str, Any], known: tuple[str, ...]) -> None:
    unknown = [name for name in given if name not in known]
    if unknown:
        raise _malformed(f"Unsupported {argument} fields are passed: {', '.join(unknown)}")


def _whole(params: Mapping[str, Any], name: str, default: int) -> int:
    if params.get(name) in (None, ""):
        return default
    number = to_integer(params[name])
    if number is None or number < 0:
        raise _malformed(f"A non-negative integer is expected in the PARAMS field '{name}'")
    return number


def _malformed(message: str) -> RestError:
    return RestError("INVALID_FORMAT", message)
