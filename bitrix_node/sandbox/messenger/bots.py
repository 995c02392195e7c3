"""Chatbots: who registered them, how they are set up, and which user stands for them in chats."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.messenger import people

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitrix_node.sandbox.database import Database
    from bitrix_node.sandbox.registry import Call

TYPES = ("bot", "network", "openline", "supervisor", "personal")
EVENT_MODES = ("fetch", "webhook")
MOST_BOTS = 100


@dataclass(slots=True)
class Bot:
    """One chatbot. Its id is that of the user who stands for it in chats.

    Attributes:
        owner: the application it belongs to: an OAuth2 client id, or `custom` and the secret a webhook gave
            (`botToken` in the new API, `CLIENT_ID` in the old one, which are interchangeable).
        handlers: addresses of event handlers, by the old API's parameter names.
    """

    id: int
    code: str
    owner: str
    type: str = "bot"
    event_mode: str = "fetch"
    webhook_url: str = ""
    hidden: bool = False
    support_openline: bool = False
    reactions_enabled: bool = True
    background_id: str | None = None
    handlers: dict[str, str] = field(default_factory=dict)


def application_key(call: Call, secret: str) -> str:
    """The application a call speaks for.

    Args:
        call: the call.
        secret: what a webhook gives to be recognised; an OAuth2 application does not need it.

    Returns:
        the key to compare with `Bot.owner`; empty for a webhook without a secret.
    """
    if call.application is not None:
        return call.application.client_id
    return f"custom{secret}" if secret else ""


def load(database: Database, bot_id: int) -> Bot | None:
    """The bot with this id, or None."""
    record = database.collection("bots").get(bot_id)
    return Bot(**record) if record else None


def of_code(database: Database, code: str) -> Bot | None:
    """The bot with this code, or None; a code is given once in a portal."""
    record = database.collection("bots").first(code=code)
    return Bot(**record) if record else None


def of_owner(database: Database, owner: str) -> list[Bot]:
    """The bots of one application, oldest first."""
    return [Bot(**record) for record in database.collection("bots").find(owner=owner)]


def save(database: Database, bot: Bot) -> None:
    """Write a bot back as it now is."""
    database.collection("bots").update(bot.id, asdict(bot))


def register(database: Database, bot: Bot, profile: Mapping[str, Any], moment: str) -> Bot:
    """Create a bot and the user who stands for it.

    Args:
        database: the portal's data.
        bot: the bot with id 0.
        profile: user fields such as `NAME` and `WORK_POSITION`.
        moment: now, as the API writes it.

    Returns:
        the same bot with its id.
    """
    user = {
        "ACTIVE": True,
        **profile,
        "EXTERNAL_AUTH_ID": people.BOT,
        "USER_TYPE": "bot",
        "UF_DEPARTMENT": [],
        "BOT_CODE": bot.code,
        "DATE_REGISTER": moment,
        "LAST_ACTIVITY_DATE": moment,
    }
    bot.id = database.collection("users").insert(user)
    database.collection("bots").insert(asdict(bot))
    return bot


def update_profile(database: Database, bot: Bot, profile: Mapping[str, Any]) -> None:
    """Change the user who stands for a bot; fields not named stay."""
    database.collection("users").update(bot.id, {**profile, "BOT_CODE": bot.code})


def unregister(database: Database, bot: Bot) -> None:
    """Remove a bot: from its chats, its commands, and its user."""
    chats = database.collection("chats")
    rows, _ = chats.query({"members": bot.id}, limit=chats.count())
    for row in rows:
        left = {name: [number for number in row[name] if number != bot.id] for name in ("members", "managers")}
        chats.update(row["id"], left)
    for command in database.collection("bot_commands").find(bot_id=bot.id):
        database.collection("bot_commands").delete(command["id"])
    database.collection("bots").delete(bot.id)
    database.collection("users").delete(bot.id)


def describe(database: Database, bot: Bot) -> dict[str, Any]:
    """The bot object of `imbot.v2.*`."""
    chats = database.collection("chats")
    return {
        "id": bot.id,
        "code": bot.code,
        "type": bot.type,
        "isHidden": bot.hidden,
        "isSupportOpenline": bot.support_openline,
        "isReactionsEnabled": bot.reactions_enabled,
        "backgroundId": bot.background_id,
        "language": "en",
        "moduleId": "rest",
        "eventMode": bot.event_mode,
        "countMessage": database.collection("messages").count(author_id=bot.id),
        "countCommand": database.collection("bot_commands").count(bot_id=bot.id),
        "countChat": chats.query({"members": bot.id, "!kind": "private"}, limit=0)[1],
        "countUser": chats.query({"members": bot.id, "kind": "private"}, limit=0)[1],
    }
