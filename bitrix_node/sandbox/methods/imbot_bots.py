"""The old `imbot.register` family: chatbots with event handlers and a `CLIENT_ID` for webhooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.answers import php_array
from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.messenger import avatars, bots, colors, people
from bitrix_node.sandbox.messenger.access_v1 import BOT_WORDS, acting_bot, application_of
from bitrix_node.sandbox.messenger.bots import Bot
from bitrix_node.sandbox.messenger.translation import refusals_in
from bitrix_node.sandbox.registry import Call, method

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Database

_TYPES = {"B": "bot", "H": "bot", "O": "openline", "S": "supervisor"}
_EVENTS = {
    "EVENT_MESSAGE_ADD": "Message add",
    "EVENT_MESSAGE_UPDATE": None,
    "EVENT_MESSAGE_DELETE": None,
    "EVENT_WELCOME_MESSAGE": "Welcome message",
    "EVENT_BOT_DELETE": "Bot delete",
}
"""Handler parameters; those with a text are required at registration, and the text names them in the refusal."""

_FED_BY_GENERAL_HANDLER = ("EVENT_MESSAGE_ADD", "EVENT_MESSAGE_UPDATE", "EVENT_MESSAGE_DELETE")
_OF_OPEN_LINES = ("EVENT_MESSAGE_UPDATE", "EVENT_MESSAGE_DELETE")
"""Registering an ordinary bot passes these over; it gets them by `imbot.update`."""

_PROFILE = (
    "NAME", "LAST_NAME", "EMAIL", "PERSONAL_BIRTHDAY", "WORK_POSITION", "PERSONAL_WWW", "PERSONAL_GENDER",
)  # fmt: skip


@method("imbot.register", scope="imbot")
def register(call: Call) -> int:
    """Create a bot; the same code from the same application answers with the bot there is."""
    owner = application_of(call)
    handlers = _handlers({key.upper(): value for key, value in call.arguments.items()})
    for name, label in _EVENTS.items():
        if label and not handlers.get(name):
            raise RestError(f"{name}_ERROR", f'Handler for "{label}" event isn\'t specified')
    code = call.text("CODE", required="CODE_ERROR", message="Bot code isn't specified")
    profile = _profile(call.database, call.mapping("PROPERTIES"))
    _require_name(profile)
    known = bots.of_code(call.database, code)
    if known is not None and known.owner == owner:
        return known.id
    if known is not None:
        raise RestError("WRONG_REQUEST", "Bot can't be created")
    if len(bots.of_owner(call.database, owner)) >= bots.MOST_BOTS:
        raise RestError(
            "MAX_COUNT_ERROR", f"Has reached the maximum number of bots for application (max: {bots.MOST_BOTS})"
        )
    bot = Bot(
        0, code, owner, _TYPES.get(call.text("TYPE", "B").upper(), "bot"), "webhook", handlers["EVENT_MESSAGE_ADD"]
    )
    bot.support_openline = call.flag("OPENLINE")
    unheard = () if bot.support_openline or bot.type != "bot" else _OF_OPEN_LINES
    bot.handlers = {name: address for name, address in handlers.items() if name not in unheard}
    return bots.register(call.database, bot, profile, timestamp(call.now)).id


@method("imbot.unregister", scope="imbot")
def unregister(call: Call) -> bool:
    """Remove a bot."""
    bots.unregister(call.database, _named_bot(call))
    return True


@method("imbot.update", scope="imbot")
def update(call: Call) -> bool:
    """Change a bot's code, handlers or profile."""
    bot = _named_bot(call)
    fields = call.mapping("FIELDS")
    handlers = _handlers(fields)
    properties = fields.get("PROPERTIES") if isinstance(fields.get("PROPERTIES"), dict) else {}
    if not handlers and not properties and not fields.get("CODE"):
        raise RestError("WRONG_REQUEST", "Update fields can't be empty")
    profile = _profile(call.database, properties or {})
    if {"NAME", "LAST_NAME"} <= profile.keys():
        _require_name(profile)
    bot.code = str(fields.get("CODE") or bot.code)
    bot.handlers = {**bot.handlers, **handlers}
    bots.save(call.database, bot)
    bots.update_profile(call.database, bot, profile)
    return True


@method("imbot.bot.list", scope="imbot")
def list_bots(call: Call) -> Any:
    """List the portal's bots, keyed by id."""
    records = call.database.collection("bots").all()
    names = {person.id: person.name for person in people.find_all(call.database, [row["id"] for row in records])}
    return php_array(
        {
            str(row["id"]): {
                "ID": row["id"],
                "NAME": names.get(row["id"], row["code"]),
                "CODE": row["code"],
                "OPENLINE": "Y" if row["support_openline"] else "N",
            }
            for row in records
        }
    )


def _named_bot(call: Call) -> Bot:
    if call.integer("BOT_ID") <= 0:
        raise RestError("BOT_ID_ERROR", "Bot not found")
    return acting_bot(call)


def _handlers(fields: dict[str, Any]) -> dict[str, str]:
    general = str(fields.get("EVENT_HANDLER") or "")
    given = {name: general for name in _FED_BY_GENERAL_HANDLER if general}
    given |= {name: str(fields[name]) for name in _EVENTS if fields.get(name)}
    for name, address in given.items():
        if not address.startswith(("http://", "https://")):
            raise RestError(f"{name}_ERROR", "Wrong handler URL")
    return given


def _profile(database: Database, properties: dict[str, Any]) -> dict[str, Any]:
    profile: dict[str, Any] = {name: properties[name] for name in _PROFILE if name in properties}
    color = colors.COLORS.get(str(properties.get("COLOR") or "").upper())
    if color:
        profile["COLOR"] = color
    if properties.get("PERSONAL_PHOTO"):
        with refusals_in(BOT_WORDS):
            profile["PERSONAL_PHOTO"] = avatars.store(database, str(properties["PERSONAL_PHOTO"]))
    return profile


def _require_name(profile: dict[str, Any]) -> None:
    if not profile.get("NAME") and not profile.get("LAST_NAME"):
        raise RestError("NAME_ERROR", "Bot name isn't specified")
