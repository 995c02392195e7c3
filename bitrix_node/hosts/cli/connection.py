"""The options that say which portal, and as whom."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bitrix_node.credentials import AccessToken, CredentialError, OAuth2, Webhook, parse_credential
from bitrix_node.hosts.cli.credential_file import CredentialFile
from bitrix_node.hosts.cli.faults import Fault
from bitrix_node.hosts.cli.files import check_writable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from bitrix_node.credentials import Credential
    from bitrix_node.credentials.renewal import TokenStore

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
async def connected(
    options: ConnectionOptions, environment: dict[str, str]
) -> AsyncIterator[tuple[Credential, TokenStore | None]]:
    """The credential to use, and where its renewed tokens are kept; with `--sandbox` the portal runs meanwhile.

    Raises:
        Fault: when none or several are given, or one is malformed.
    """
    if options.sandbox:
        if any((options.webhook_url, options.portal_url, options.access_token, options.credential)):
            raise Fault("More than one credential was given", CHOICES)
        from bitrix_node.sandbox import Sandbox, SandboxConfig  # noqa: PLC0415

        async with Sandbox(SandboxConfig(seed="demo")) as sandbox:
            yield Webhook(sandbox.webhook_url), None
    else:
        credential = choose_credential(options, environment)
        if options.credential and isinstance(credential, OAuth2) and credential.can_refresh:
            check_writable(options.credential, "--credential")
        yield credential, CredentialFile(Path(options.credential)) if options.credential else None


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
    source = ""
    try:
        if options.credential:
            source = f"--credential: {options.credential}: "
            return _checked(parse_credential(CredentialFile(Path(options.credential)).read(), strict=True))
        if options.webhook_url or (webhook_url and not (options.portal_url or options.access_token)):
            source = "" if options.webhook_url else "BITRIX24_WEBHOOK_URL: "
            return _checked(Webhook(webhook_url or ""))
        if portal_url and access_token:
            source = "" if options.portal_url else "BITRIX24_PORTAL_URL: "
            return _checked(AccessToken(portal_url, access_token))
    except CredentialError as error:
        raise Fault(f"{source}{error.message}", error.advice) from None
    if portal_url or access_token:
        raise Fault(f"{'--access-token' if portal_url else '--portal-url'} is missing", CHOICES)
    raise Fault("No credential was given", CHOICES)


def _checked(credential: Credential) -> Credential:
    credential.endpoint()
    return credential
