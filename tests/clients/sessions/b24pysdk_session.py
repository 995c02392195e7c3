"""A session with b24pysdk: create, list, filter, batch, update, delete, and a token that ends in between."""

from __future__ import annotations

import json
import sys
from typing import Any

import requests
from b24pysdk.credentials.bitrix_app import BitrixApp
from b24pysdk.credentials.bitrix_token import BitrixToken, BitrixWebhook

CONTACTS = 60


def main(facts: dict[str, Any]) -> dict[str, Any]:
    """Plays the session; what came of each part."""
    user, code = facts["webhook"].rstrip("/").split("/")[-2:]
    webhook = BitrixWebhook(domain=facts["host"], webhook_token=f"{user}/{code}")
    return {**use_webhook(webhook.get_client()), **use_tokens(facts)}


def use_webhook(client: Any) -> dict[str, Any]:
    """What a script with a webhook does."""
    names = [f"Guest {number}" for number in range(CONTACTS)]
    adding = [client.crm.contact.add(fields={"NAME": name, "LAST_NAME": "Slow"}) for name in names]
    created = list(client.call_batches(adding).response.result.result.values())
    chosen = {"filter": {"LAST_NAME": "Slow"}, "select": ["ID", "NAME"]}
    listed = list(client.crm.contact.list(**chosen).as_list().response.result)
    quick = list(client.crm.contact.list(**chosen).as_list_fast().response.result)
    first = client.crm.contact.get(bitrix_id=created[0]).response.result
    changed = client.crm.contact.update(bitrix_id=created[0], fields={"POST": "Buyer"}).response.result
    buyers = client.crm.contact.list(filter={"LAST_NAME": "Slow", "POST": "Buyer"}).response.result
    commands = {"me": client.user.current(), "fields": client.crm.contact.fields()}
    batch = client.call_batch(commands).response.result.result
    gone = client.call_batches([client.crm.contact.delete(bitrix_id=key) for key in created]).response.result.result
    left = list(client.crm.contact.list(**chosen).as_list().response.result)
    return {
        "created": len(set(created)),
        "listed": len({row["ID"] for row in listed}),
        "quick": len({row["ID"] for row in quick}),
        "first": first["NAME"],
        "changed": changed,
        "buyers": len(buyers),
        "batch": sorted(batch),
        "gone": len(gone),
        "left": len(left),
    }


def use_tokens(facts: dict[str, Any]) -> dict[str, Any]:
    """What an application does whose access token ends."""
    application = BitrixApp(client_id=facts["client_id"], client_secret=facts["client_secret"])
    token = BitrixToken(
        domain=facts["host"],
        auth_token=facts["access_token"],
        refresh_token=facts["refresh_token"],
        bitrix_app=application,
    )
    client = token.get_client()
    before = client.user.current().response.result["ID"]
    requests.post(f"https://{facts['host']}/_sandbox/clock", json={"advance": 4000}, timeout=10).raise_for_status()
    after = client.user.current().response.result["ID"]
    return {"same_person": before == after, "renewed": token.auth_token != facts["access_token"]}


if __name__ == "__main__":
    print(json.dumps(main(json.load(sys.stdin))))
