"""A session with fast-bitrix24: create, list, filter, batch, update, delete, and a token that ends in between."""

from __future__ import annotations

import asyncio
import json
import ssl
import sys
from typing import Any

import aiohttp
from fast_bitrix24 import BitrixAsync

CONTACTS = 120


async def main(facts: dict[str, Any]) -> dict[str, Any]:
    """Plays the session; what came of each part."""
    trusted = aiohttp.TCPConnector(ssl=ssl.create_default_context(cafile=facts["authority"]))
    async with aiohttp.ClientSession(connector=trusted, raise_for_status=True) as session:
        client = BitrixAsync(facts["webhook"], verbose=False, client=session)
        report = await use_webhook(client)
        report["renewals"], report["users"] = await use_tokens(facts, session)
    return report


async def use_webhook(client: BitrixAsync) -> dict[str, Any]:
    """What a script with a webhook does."""
    fields = [{"fields": {"NAME": f"Guest {number}", "LAST_NAME": "Fast"}} for number in range(CONTACTS)]
    created = await client.call("crm.contact.add", fields)
    listed = await client.get_all("crm.contact.list", {"select": ["ID", "NAME"], "filter": {"LAST_NAME": "Fast"}})
    by_id = await client.get_by_ID("crm.contact.get", created[:60])
    await client.call("crm.contact.update", [{"ID": key, "fields": {"POST": "Buyer"}} for key in created[:70]])
    buyers = await client.get_all("crm.contact.list", {"filter": {"LAST_NAME": "Fast", "POST": "Buyer"}})
    deleted = await client.call("crm.contact.delete", [{"ID": key} for key in created])
    left = await client.get_all("crm.contact.list", {"filter": {"LAST_NAME": "Fast"}})
    commands = {"me": "profile", "sources": "crm.status.list?filter[ENTITY_ID]=SOURCE"}
    batch = await client.call_batch({"halt": 0, "cmd": commands})
    return {
        "created": len(set(created)),
        "listed": len({row["ID"] for row in listed}),
        "by_id": sorted({row["LAST_NAME"] for row in by_id.values()}),
        "buyers": len(buyers),
        "deleted": len(deleted),
        "left": len(left),
        "batch": sorted(batch),
    }


async def use_tokens(facts: dict[str, Any], session: aiohttp.ClientSession) -> tuple[int, int]:
    """What an application does whose access token has ended."""
    renewals = 0
    refresh_token = facts["refresh_token"]

    async def token() -> str:
        nonlocal renewals, refresh_token
        renewals += 1
        names = ("client_id", "client_secret")
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token, **{name: facts[name] for name in names}}
        async with session.post(f"{facts['url']}/oauth/token/", data=form) as answer:
            tokens = await answer.json()
        refresh_token = tokens["refresh_token"]
        return str(tokens["access_token"])

    client = BitrixAsync(f"{facts['url']}/rest/", token_func=token, verbose=False, client=session)
    await client.get_all("user.get")
    async with session.post(f"{facts['url']}/_sandbox/clock", json={"advance": 4000}) as answer:
        answer.raise_for_status()
    users = await client.get_all("user.get")
    return renewals, len(users)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(json.load(sys.stdin)))))
