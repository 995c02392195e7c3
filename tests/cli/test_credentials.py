"""Which portal, and as whom: flags, variables, and files whose tokens are renewed."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.signing_in import oauth2_data

if TYPE_CHECKING:
    from bitrix_node.sandbox import Sandbox
    from tests.cli.process import Shell

ME = ("run", "user", "getCurrent")
NOWHERE = "http://127.0.0.1:1/rest/1/n0where0c0de/"


async def name(shell: Shell, *options: str) -> str:
    [item] = (await shell.succeed(*ME, *options)).json
    found: str = item["json"]["NAME"]
    return found


async def test_a_webhook_is_taken_from_the_flag_the_variable_and_the_flag_first(shell: Shell, sandbox: Sandbox) -> None:
    assert await name(shell, "--webhook-url", sandbox.webhook(3)) == "Priya"
    shell.environment = {"BITRIX24_WEBHOOK_URL": sandbox.webhook(2)}
    assert await name(shell) == "Daniel"
    assert await name(shell, "--webhook-url", sandbox.webhook(3)) == "Priya"


async def test_a_portal_and_its_token_are_taken_from_flags_and_variables(shell: Shell, sandbox: Sandbox) -> None:
    token = sandbox.access_token
    assert await name(shell, "--portal-url", sandbox.url, "--access-token", token) == "Olivia"
    shell.environment = {"BITRIX24_PORTAL_URL": sandbox.url, "BITRIX24_ACCESS_TOKEN": token}
    assert await name(shell) == "Olivia"
    assert await name(shell, "--webhook-url", sandbox.webhook(3)) == "Priya"
    shell.environment = {"BITRIX24_PORTAL_URL": "http://127.0.0.1:1", "BITRIX24_ACCESS_TOKEN": token}
    assert await name(shell, "--portal-url", sandbox.url) == "Olivia"


async def test_a_token_on_the_flag_stands_over_a_webhook_in_the_environment(shell: Shell, sandbox: Sandbox) -> None:
    shell.environment = {"BITRIX24_WEBHOOK_URL": NOWHERE}
    assert await name(shell, "--portal-url", sandbox.url, "--access-token", sandbox.access_token) == "Olivia"


async def test_the_embedded_portal_needs_no_credential(shell: Shell) -> None:
    shell.environment = {"BITRIX24_WEBHOOK_URL": NOWHERE}
    assert await name(shell, "--sandbox") == "Olivia"


@pytest.mark.parametrize("kind", ["json", "yaml"])
async def test_a_file_holds_any_credential(kind: str, shell: Shell, sandbox: Sandbox) -> None:
    shell.environment = {"BITRIX24_WEBHOOK_URL": NOWHERE}
    for data, who in (
        ({"type": "bitrix24WebhookApi", "webhookUrl": sandbox.webhook(3)}, "Priya"),
        ({"portalUrl": sandbox.url, "accessToken": sandbox.access_token}, "Olivia"),
    ):
        text = json.dumps(data) if kind == "json" else yaml.safe_dump(data)
        shell.write(f"credential.{kind}", text)
        assert await name(shell, "--credential", f"credential.{kind}") == who
        assert (shell.folder / f"credential.{kind}").read_text(encoding="utf-8") == text


def stored_form(data: dict[str, Any], *, nested: bool) -> dict[str, Any]:
    if not nested:
        return {"comment": "Support desk", **data}
    tokens = {key: data.pop(key) for key in ("access_token", "refresh_token", "expires", "client_endpoint")}
    return {"comment": "Support desk", **data, "oauthTokenData": {"scope": "user", **tokens}}


@pytest.mark.parametrize(("kind", "nested"), [("json", False), ("yaml", False), ("json", True)])
async def test_renewed_tokens_are_written_back_and_the_rest_stays(
    kind: str, nested: bool, shell: Shell, sandbox: Sandbox
) -> None:
    before = stored_form(await oauth2_data(sandbox), nested=nested)
    file = shell.write(f"credential.{kind}", json.dumps(before) if kind == "json" else yaml.safe_dump(before))
    file.chmod(0o600)
    sandbox.clock.advance(3601)
    assert await name(shell, "--credential", file.name) == "Olivia"
    text = file.read_text(encoding="utf-8")
    after = json.loads(text) if kind == "json" else yaml.safe_load(text)
    old, new = (form["oauthTokenData"] if nested else form for form in (before, after))
    for token in ("access_token", "refresh_token"):
        assert new[token] != old[token]
    assert new["expires"] > old["expires"]
    changed = {token: old[token] for token in ("access_token", "refresh_token", "expires", "client_endpoint")}
    assert new | changed == old
    assert after | ({"oauthTokenData": old} if nested else changed) == before
    assert (shell.files(), file.stat().st_mode & 0o777) == ([file.name], 0o600)
    assert await name(shell, "--credential", file.name) == "Olivia"
    assert file.read_text(encoding="utf-8") == text


async def test_a_refresh_that_is_refused_leaves_the_file_and_names_the_way_out(shell: Shell, sandbox: Sandbox) -> None:
    data = await oauth2_data(sandbox) | {"refresh_token": "us3d-up-t0ken"}
    file = shell.write("credential.json", json.dumps(data))
    sandbox.clock.advance(3601)
    said = await shell.refuse(1, *ME, "--credential", file.name)
    assert "Connect the account again" in said
    assert "us3d-up-t0ken" not in said
    assert json.loads(file.read_text(encoding="utf-8")) == data


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "No credential was given"),
        (("--portal-url", "https://example.bitrix24.com"), "--access-token is missing"),
        (("--access-token", "t0ken"), "--portal-url is missing"),
        (("--webhook-url", NOWHERE, "--credential", "x.json"), "More than one credential was given"),
        (("--webhook-url", NOWHERE, "--sandbox"), "More than one credential was given"),
        (("--webhook-url", "https://example.bitrix24.com/"), "It should look like https://example.bitrix24.com/rest/"),
        (("--webhook-url", "example"), "It should look like https://"),
        (("--portal-url", "ftp://example.com", "--access-token", "t0ken"), "not an http or https address"),
        (("--credential", "nothing.json"), "--credential: nothing.json"),
        (("--credential", "list.json"), "--credential: list.json must hold an object"),
        (("--credential", "broken.yaml"), "--credential: broken.yaml"),
        (("--credential", "other.json"), "credential"),
        (("--credential", "misspelt.json"), "A credential has no field 'webhokUrl'\nDid you mean webhookUrl?"),
        (("--credential", "more.json"), "The webhook credential has no field 'colour'"),
        (("--credential", "empty.json"), "A webhook has the field webhookUrl; an access token has portalUrl"),
    ],
)
async def test_what_is_no_credential_is_refused(options: tuple[str, ...], message: str, shell: Shell) -> None:
    shell.write("list.json", "[]")
    shell.write("broken.yaml", "type: [\n")
    shell.write("other.json", '{"type": "anotherApi"}')
    shell.write("misspelt.json", json.dumps({"webhokUrl": NOWHERE}))
    shell.write("more.json", json.dumps({"webhookUrl": NOWHERE, "colour": "blue"}))
    shell.write("empty.json", "{}")
    assert message in await shell.refuse(2, *ME, *options)


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"BITRIX24_WEBHOOK_URL": "https://example.bitrix24.com/"}, "BITRIX24_WEBHOOK_URL: The webhook URL has no"),
        (
            {"BITRIX24_PORTAL_URL": "x y", "BITRIX24_ACCESS_TOKEN": "t0ken"},
            "BITRIX24_PORTAL_URL: The portal's address is not an http or https address",
        ),
    ],
)
async def test_a_variable_that_cannot_be_used_is_named(environment: dict[str, str], message: str, shell: Shell) -> None:
    shell.environment = environment
    assert message in await shell.refuse(2, *ME)


async def test_a_plan_that_is_none_and_a_rate_that_is_no_number_are_refused(shell: Shell, sandbox: Sandbox) -> None:
    for stated, message in (
        ({"plan": "huge"}, "There is no Bitrix24 plan 'huge'"),
        ({"requestsPerSecond": "fast"}, "Requests per Second must be a number from 0.01 to 100000; got 'fast'"),
        ({"plan": "custom", "burst": 0}, "Burst must be a number from 1 to 100000; got 0"),
    ):
        shell.write("credential.json", json.dumps({"webhookUrl": sandbox.webhook_url, **stated}))
        assert message in await shell.refuse(2, *ME, "--credential", "credential.json")


async def test_a_redis_that_is_none_is_refused_and_one_that_is_away_only_said(shell: Shell, sandbox: Sandbox) -> None:
    shell.environment = {"BITRIX24_WEBHOOK_URL": sandbox.webhook_url, "BITRIX24_REDIS_URL": "http://:s3cr3t@cache"}
    said = await shell.refuse(2, *ME)
    assert "BITRIX24_REDIS_URL must be an address like redis://localhost:6379/0" in said
    assert "s3cr3t" not in said
    shell.environment["BITRIX24_REDIS_URL"] = "redis://:s3cr3t@127.0.0.1:1/0"
    outcome = await shell(*ME)
    assert (outcome.code, outcome.json[0]["json"]["NAME"]) == (0, "Olivia")
    assert outcome.stderr.count("Redis at 127.0.0.1:1 cannot be used (no connection)") == 1
    assert "Traceback" not in outcome.stderr
    assert "s3cr3t" not in outcome.stderr


async def test_processes_that_renew_the_same_tokens_do_not_use_up_each_others(shell: Shell, sandbox: Sandbox) -> None:
    file = shell.write("credential.json", json.dumps(await oauth2_data(sandbox)))
    sandbox.clock.advance(3601)
    found = await asyncio.gather(*(name(shell, "--credential", file.name) for _ in range(4)))
    assert found == ["Olivia"] * 4
    assert shell.files() == [file.name]


CRASH = """
import os, pathlib, sys
from bitrix_node.hosts.cli import main
moment, real = sys.argv.pop(1), {"fsync": os.fsync, "replace": pathlib.Path.replace}
def dies(name, after):
    def call(*arguments):
        if after:
            real[name](*arguments)
        os._exit(9)
    return call
where, _, what = moment.partition(" ")
if what == "fsync":
    os.fsync = dies("fsync", where == "after")
else:
    pathlib.Path.replace = dies("replace", where == "after")
main()
"""


@pytest.mark.parametrize("moment", ["before fsync", "after fsync", "before replace", "after replace"])
async def test_a_crash_leaves_one_whole_pair_of_tokens_and_nothing_was_sent_with_the_other(
    moment: str, shell: Shell, sandbox: Sandbox
) -> None:
    before = await oauth2_data(sandbox)
    file = shell.write("credential.json", json.dumps(before))
    sandbox.clock.advance(3601)
    finished = await shell.execute(sys.executable, "-c", CRASH, moment, *ME, "--credential", file.name)
    assert finished.code == 9
    assert [entry.method for entry in sandbox.journal] == []
    after = json.loads(file.read_text(encoding="utf-8"))
    if moment != "after replace":
        assert after == before
        return
    assert after["refresh_token"] != before["refresh_token"]
    assert await name(shell, "--credential", file.name) == "Olivia"
    assert json.loads(file.read_text(encoding="utf-8")) == after
