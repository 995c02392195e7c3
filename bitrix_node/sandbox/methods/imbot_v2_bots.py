"""`imbot.v2.Bot.*`: registering chatbots and setting them up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.arguments import is_true
from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.messenger import avatars, bots, colors, people
from bitrix_node.sandbox.messenger.access_v2 import DONE, application_of, bot_method
from bitrix_node.sandbox.messenger.bots import Bot
from bitrix_node.sandbox.messenger.refusals import Reason, Refusal
from bitrix_node.sandbox.messenger.translation import refusals_in
from bitrix_node.sandbox.registry import Call, method

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitrix_node.sandbox.database import Database

LONGEST_TOKEN = 40
_LARGEST_PAGE = 200
_AVATAR_WORDS = {Reason.AVATAR_NOT_AN_IMAGE: ("BOT_AVATAR_INCORRECT_TYPE", "Avatar must be an image")}

_PROFILE = {"name": "NAME", "lastName": "LAST_NAME", "workPosition": "WORK_POSITION", "gender": "PERSONAL_GENDER"}
_SETTINGS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "isHidden": ("hidden", is_true),
    "isReactionsEnabled": ("reactions_enabled", is_true),
    "isSupportOpenline": ("support_openline", is_true),
    "backgroundId": ("background_id", lambda value: str(value) if value else None),
    "eventMode": ("event_mode", str),
    "webhookUrl": ("webhook_url", str),
}


@method("imbot.v2.Bot.register", scope="imbot")
def register(call: Call) -> Any:
    """Create a bot; a second call with the same code by the same application answers with the bot there is."""
    fields = call.mapping("fields")
    owner = application_of(call, str(fields.get("botToken") or ""))
    code = str(fields.get("code") or "").strip()
    if not code:
        raise RestError("BOT_CODE_REQUIRED", "Bot code is required")
    known = bots.of_code(call.database, code)
    if known is not None:
        if known.owner != owner:
            raise RestError("BOT_CODE_ALREADY_TAKEN", "Bot code is already taken")
        return _answer(call.database, known)
    return _answer(call.database, _create(call, owner, code, fields))


@bot_method("imbot.v2.Bot.unregister")
def unregister(call: Call, bot: Bot) -> Any:
    """Remove a bot with its commands, and from its chats."""
    bots.unregister(call.database, bot)
    return DONE


@bot_method("imbot.v2.Bot.update", _AVATAR_WORDS)
def update(call: Call, bot: Bot) -> Any:
    """Change a bot's profile and settings, or its token."""
    fields = call.mapping("fields")
    _apply(bot, fields)
    _check_delivery(bot)
    if fields.get("botToken") and call.application is None:
        bot.owner = _rotated(call.database, bot, str(fields["botToken"]))
    bots.save(call.database, bot)
    bots.update_profile(call.database, bot, _profile(call.database, fields.get("properties") or {}))
    return _answer(call.database, bot)


@method("imbot.v2.Bot.get", scope="imbot")
def get(call: Call) -> Any:
    """Find one of the caller's bots by id or by code."""
    owner = application_of(call, call.text("botToken"))
    bot_id, code = call.integer("botId"), call.text("code")
    if not bot_id and not code:
        raise RestError("PARAMS_REQUIRED", "Required parameters are missing")
    bot = bots.load(call.database, bot_id) if bot_id else bots.of_code(call.database, code)
    if bot is None or bot.owner != owner:
        raise RestError("BOT_NOT_FOUND", "Bot not found")
    return _answer(call.database, bot)


@method("imbot.v2.Bot.list", scope="imbot")
def list_bots(call: Call) -> Any:
    """List the caller's bots."""
    owner = application_of(call, call.text("botToken"))
    wanted_type = call.mapping("filter").get("type")
    owned = [bot for bot in bots.of_owner(call.database, owner) if wanted_type in (None, "", bot.type)]
    offset = max(call.integer("offset"), 0)
    limit = min(max(call.integer("limit", 50), 1), _LARGEST_PAGE)
    page = owned[offset : offset + limit]
    return {
        "bots": [bots.describe(call.database, bot) for bot in page],
        "users": [person.describe() for person in people.find_all(call.database, [bot.id for bot in page])],
        "hasNextPage": offset + limit < len(owned),
    }


def _create(call: Call, owner: str, code: str, fields: dict[str, Any]) -> Bot:
    properties = fields.get("properties") or {}
    if not isinstance(properties, dict) or not str(properties.get("name") or "").strip():
        raise RestError("BOT_PROPERTIES_REQUIRED", "Bot properties are required")
    bot = Bot(0, code, owner, type=str(fields.get("type") or "bot"))
    if bot.type not in bots.TYPES:
        raise RestError("BOT_INVALID_TYPE", "Invalid bot type")
    _apply(bot, fields)
    _check_delivery(bot)
    if len(bots.of_owner(call.database, owner)) >= bots.MOST_BOTS:
        raise RestError("BOT_LIMIT_EXCEEDED", "Bot limit exceeded")
    with refusals_in(_AVATAR_WORDS):
        return bots.register(call.database, bot, _profile(call.database, properties), timestamp(call.now))


def _apply(bot: Bot, fields: dict[str, Any]) -> None:
    for name, (attribute, read) in _SETTINGS.items():
        if name in fields:
            setattr(bot, attribute, read(fields[name]))


def _check_delivery(bot: Bot) -> None:
    if bot.event_mode not in bots.EVENT_MODES:
        raise RestError("BOT_INVALID_EVENT_MODE", "Invalid event mode")
    if bot.event_mode == "webhook" and not bot.webhook_url:
        raise RestError("BOT_WEBHOOK_URL_REQUIRED", "Webhook URL is required")
    if bot.webhook_url and not bot.webhook_url.startswith(("http://", "https://")):
        raise RestError("BOT_INVALID_CALLBACK", "Invalid callback URL")


def _profile(database: Database, properties: dict[str, Any]) -> dict[str, Any]:
    profile: dict[str, Any] = {_PROFILE[name]: value for name, value in properties.items() if name in _PROFILE}
    if properties.get("avatar"):
        profile["PERSONAL_PHOTO"] = avatars.store(database, str(properties["avatar"]))
    try:
        profile["COLOR"] = colors.named(str(properties.get("color") or ""))
    except Refusal:
        return profile  # the API passes over a colour it does not know
    return profile


def _rotated(database: Database, bot: Bot, token: str) -> str:
    owner = f"custom{token}"
    foreign = owner != bot.owner and bots.of_owner(database, owner)
    if foreign or len(token) > LONGEST_TOKEN:
        raise RestError("BOT_TOKEN_ROTATION_FAILED", "Bot token rotation failed")
    return owner


def _answer(database: Database, bot: Bot) -> dict[str, Any]:
    users = people.find_all(database, [bot.id])
    return {"bot": bots.describe(database, bot), "users": [person.describe() for person in users]}
