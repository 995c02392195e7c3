"""What the node says when n8n cannot renew a token."""

from __future__ import annotations

from typing import Any

import pytest

from tests.n8n.shim_driver import Outcome, done, drive, token

RECONNECT = "connect the account again"
REFUSALS = [
    pytest.param(
        {"message": 'The credential "Portal" needs to be reconnected.', "failure": {"cause": "credential-invalid"}},
        'The credential "Portal" needs to be reconnected.',
        RECONNECT,
        id="refused",
    ),
    pytest.param(
        {"message": "The provided grant is invalid", "code": "EAUTH", "body": {"error": "invalid_grant"}},
        "The Bitrix24 credential needs to be reconnected: Bitrix24 refused to renew its access",
        RECONNECT,
        id="refused, in an older n8n",
    ),
    pytest.param(
        {"message": "Client authentication failed", "code": "EAUTH", "body": {"error": "invalid_client"}},
        "Bitrix24 does not know the application of the credential",
        "Compare Client ID and Client Secret",
        id="application unknown",
    ),
    pytest.param(
        {"message": "Payment required", "code": "EAUTH", "body": {"error": "PAYMENT_REQUIRED"}},
        "Bitrix24 does not renew the access: the plan of the portal or the subscription to the application has ended",
        "Renew it in Bitrix24",
        id="plan ended",
    ),
    pytest.param(
        {"message": "Strange", "code": "EAUTH", "body": {"error": "strange"}},
        "Bitrix24 did not renew the access (Strange)",
        RECONNECT,
        id="any other refusal",
    ),
    *(
        pytest.param(
            {"message": "wordy", "code": code},
            "The OAuth server of Bitrix24 did not give a fresh access token",
            "choose the other OAuth Server",
            id=code,
        )
        for code in ("ESTATUS", "ECONNREFUSED", "ERR_BAD_RESPONSE")
    ),
]


def run(refusal: dict[str, Any], **settings: Any) -> Outcome:
    """Two items, of which the first is done when the token ends."""
    return drive(
        parameters={"authentication": "oAuth2"},
        count=2,
        credentials=[token("old")],
        answers=[done(0, remaining=(1,), reason="token")],
        refusal=refusal,
        **settings,
    )


@pytest.mark.parametrize(("refusal", "message", "advice"), REFUSALS)
def test_it_says_what_happened_and_what_to_do(refusal: dict[str, Any], message: str, advice: str) -> None:
    thrown = run(refusal).thrown
    assert thrown is not None
    assert (thrown["message"], advice in thrown["description"]) == (message, True)


@pytest.mark.parametrize(("refusal", "message", "advice"), REFUSALS)
def test_what_is_done_stays_and_the_rest_becomes_error_items(
    refusal: dict[str, Any], message: str, advice: str
) -> None:
    outcome = run(refusal, continue_on_fail=True)
    finished, failed = outcome.items
    assert finished == {"json": {"deleted": True}, "pairedItem": {"item": 0}}
    assert (failed["json"]["error"], failed["pairedItem"]) == (message, {"item": 1})
    assert advice in failed["json"]["details"]["advice"]
    assert "never-leaves" not in str(outcome.output)
