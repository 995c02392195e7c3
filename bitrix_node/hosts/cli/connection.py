"""The options that say which portal, and as whom."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bitrix_node.credentials import AccessToken, CredentialError, OAuth2, Webhook, parse_credential
from bitrix_node.definitions.yaml_files import UnreadableFile, read_yaml
from bitrix_node.hosts.cli.faults import Fault
from bitrix_node.hosts.cli.files import check_writable, write_whole

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from bitrix_node.credentials import Credential

CHOICES = (
    "Give --webhook-url URL, --portal-url URL with --access-token T, --credential FILE or --sandbox "
    "(or set BITRIX24_WEBHOOK_URL, or BITRIX24_PORTAL_URL with BITRIX24_ACCESS_TOKEN)."
)


@dataclass(frozen=True, slots=True)
class ConnectionOptions:
    """What the options say about the portal."""

    webhook_url: str | None
    portal_url: str | None
    access_token: str | None
    credential: str | None
    sandbox: bool


def connection_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options to a command, which gets them as `webhook_url`, `portal_url` and so on."""
    options = [
        click.option("--webhook-url", metavar="URL", help="Inbound webhook [BITRIX24_WEBHOOK_URL]."),
        click.option("--portal-url", metavar="URL", help="Portal, with --access-token [BITRIX24_PORTAL_URL]."),
        click.option("--access-token", metavar="T", help="Access token for --portal-url [BITRIX24_ACCESS_TOKEN]."),
        click.option("--credential", metavar="FILE", help="Any credential as JSON or YAML, OAuth2 included."),
        click.option("--sandbox", is_flag=True, help="Start the embedded portal for this run."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


@asynccontextmanager
async def connected(options: ConnectionOptions, environment: dict[str, str]) -> AsyncIterator[tuple[Credential, Keep]]:
    """The credential to use, and what keeps its renewed tokens; with `--sandbox` the portal runs meanwhile.

    Raises:
        Fault: when none or several are given, or one is malformed.
    """
    if options.sandbox:
        if any((options.webhook_url, options.portal_url, options.access_token, options.credential)):
            raise Fault("More than one credential was given", CHOICES)
        from bitrix_node.sandbox import Sandbox, SandboxConfig  # noqa: PLC0415

        async with Sandbox(SandboxConfig(seed="demo")) as sandbox:
            yield Webhook(sandbox.webhook_url), Keep(None)
    else:
        credential = choose_credential(options, environment)
        if options.credential and isinstance(credential, OAuth2) and credential.can_refresh:
            check_writable(options.credential, "--credential")
        yield credential, Keep(options.credential)


def choose_credential(options: ConnectionOptions, environment: dict[str, str]) -> Credential:
    """The credential that the options name, or the environment where they name none.

    Raises:
        Fault: when none or several are given, or one is malformed.
    """
    portal_url = options.portal_url or environment.get("BITRIX24_PORTAL_URL")
    access_token = options.access_token or environment.get("BITRIX24_ACCESS_TOKEN")
    webhook_url = options.webhook_url or environment.get("BITRIX24_WEBHOOK_URL")
    given = [options.webhook_url, options.portal_url or options.access_token, options.credential]
    if sum(entry is not None for entry in given) > 1:
        raise Fault("More than one credential was given", CHOICES)
    try:
        if options.credential:
            return _checked(parse_credential(_read_file(options.credential)))
        if options.webhook_url or (webhook_url and not (options.portal_url or options.access_token)):
            return _checked(Webhook(webhook_url or ""))
        if portal_url and access_token:
            return _checked(AccessToken(portal_url, access_token))
    except CredentialError as error:
        raise Fault(error.message, error.advice) from None
    if portal_url or access_token:
        raise Fault(f"{'--access-token' if portal_url else '--portal-url'} is missing", CHOICES)
    raise Fault("No credential was given", CHOICES)


@dataclass(frozen=True, slots=True)
class Keep:
    """Writes renewed tokens back into the credential's file before they are used."""

    file: str | None

    async def __call__(self, credential: OAuth2) -> None:
        """Replaces the tokens in the file; everything else in it stays.

        Raises:
            CredentialError: when they cannot be kept; the old refresh token is used up by then.
        """
        if self.file is None:
            return
        try:
            await asyncio.to_thread(self._write, Path(self.file), credential)
        except (Fault, UnreadableFile) as error:
            raise CredentialError(f"The renewed tokens are lost: {error}", "Connect the account again.") from None

    @staticmethod
    def _write(path: Path, credential: OAuth2) -> None:
        stored = read_yaml(path)
        target = stored.get("oauthTokenData", stored)
        target["access_token"] = credential.access_token.get_secret_value()
        target["client_endpoint"] = credential.client_endpoint
        if credential.refresh_token is not None:
            target["refresh_token"] = credential.refresh_token.get_secret_value()
        if credential.expires is not None:
            target["expires"] = credential.expires
        write_whole(path, _serialised(path, stored))


def _serialised(path: Path, stored: dict[str, Any]) -> str:
    if path.suffix in {".yaml", ".yml"}:
        import yaml  # noqa: PLC0415

        return str(yaml.safe_dump(stored, sort_keys=False))
    return json.dumps(stored, indent=2) + "\n"


def _read_file(name: str) -> dict[str, Any]:
    try:
        stored = read_yaml(Path(name))
    except UnreadableFile as error:
        raise Fault(f"--credential: {error}") from None
    if not isinstance(stored, dict):
        raise Fault(f"--credential: {name} must hold an object with the credential's fields")
    return stored


def _checked(credential: Credential) -> Credential:
    credential.endpoint()
    return credential
