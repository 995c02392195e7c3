"""One HTTP request to the portal: what is sent, and what it means when no answer comes."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiohttp

from bitrix_node.portal.errors import (
    NoAnswer,
    NotThePortal,
    PortalError,
    TooLarge,
    Unreachable,
    Unsendable,
    error_from_code,
)
from bitrix_node.rest.encoding import as_json

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bitrix_node.credentials import Endpoint

HTTP_REDIRECTS = range(300, 400)
HTTP_GONE = {404, 410}
HTTP_BUSY = {408, 429, *range(500, 600)}

KEPT_ALIVE = 4.0
"""Seconds an idle connection is kept: less than any usual server does, so that none is used just as it is closed."""

LARGEST_ANSWER = 64 << 20
"""Bytes of an answer that are read at most: far more than a full batch of lists has, and memory for all that travel."""

_MEGABYTE = 1 << 20

_JSON = {"Content-Type": "application/json", "Accept": "application/json"}


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to wait. The portal cuts a request at 60 s, so reading waits longer than that."""

    connect: float = 15.0
    read: float = 75.0


@dataclass(frozen=True, slots=True)
class Response:
    """What came back: status and body."""

    status: int
    body: bytes


class Transport:
    """Posts JSON to the portal over one pool of connections.

    Args:
        timeouts: how long to wait.
        connections: how many at once.
        largest: bytes that an answer may have.
    """

    def __init__(self, timeouts: Timeouts | None = None, connections: int = 16, largest: int = LARGEST_ANSWER) -> None:
        self._timeouts = timeouts or Timeouts()
        self._connections, self._largest = connections, largest
        self._session: aiohttp.ClientSession | None = None

    async def post(
        self, endpoint: Endpoint, method: str, version: int, arguments: dict[str, Any] | list[Any]
    ) -> Response:
        """Sends one call.

        A list, as a batch of REST 3.0 is one, becomes an object keyed by number where a token has to go along in the
        body: PHP does not tell the two apart.

        Raises:
            Unsendable: when the arguments cannot be written as JSON.
            Unreachable: when nothing was sent.
            NoAnswer: when it was sent and no whole response came back.
            TooLarge: when more came back than is read.
            NotThePortal: when the address redirects elsewhere.
        """
        body = arguments if endpoint.token is None else {**_keyed(arguments), "auth": endpoint.token}
        try:
            address = endpoint.address(method, version)
            payload = BytesIO(_payload(body, method))
            async with self.session.post(address, data=payload, headers=_JSON, allow_redirects=False) as response:
                content = await _read_whole(response, method, self._largest)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise _unreachable(endpoint.portal, method, error) from None
        except (aiohttp.ClientError, TimeoutError, asyncio.IncompleteReadError) as error:
            raise _no_answer(method, error) from None
        if response.status in HTTP_REDIRECTS:
            raise _redirected(method, response)
        return Response(response.status, content)

    async def stream(self, address: str, chunk: int = 1 << 16) -> AsyncIterator[aiohttp.ClientResponse | bytes]:
        """A file: first the response with its headers, then its bytes piece by piece.

        Raises:
            Missing: when there is no such file.
            Denied: when it may not be had.
            Refused: when it cannot be had for another reason.
            Unreachable: when the address cannot be reached.
            NoAnswer: when the server fails or the file breaks off.
        """
        try:
            async with self.session.get(address) as response:
                if response.status != 200:  # noqa: PLR2004
                    raise _no_file(response.status)
                yield response
                async for piece in response.content.iter_chunked(chunk):
                    yield piece
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise _unreachable(urlsplit(address).netloc, "download", error) from None
        except (aiohttp.ClientError, TimeoutError) as error:
            raise _no_answer("download", error) from None

    @property
    def session(self) -> aiohttp.ClientSession:
        """The pool of connections, opened when first needed."""
        if self._session is None:
            timeout = aiohttp.ClientTimeout(
                total=None, sock_connect=self._timeouts.connect, sock_read=self._timeouts.read
            )
            connector = aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=KEPT_ALIVE)
            # Without cookies: PHP lets requests of one session wait for each other.
            jar = aiohttp.DummyCookieJar()
            self._session = aiohttp.ClientSession(timeout=timeout, connector=connector, cookie_jar=jar)
        return self._session

    async def close(self) -> None:
        """Closes every connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None


def _payload(body: Any, method: str) -> bytes:
    try:
        return as_json(body)
    except (TypeError, ValueError, RecursionError) as error:
        reason = str(error) if isinstance(error, TypeError) else "a number that is not finite"
        reason = "too deep a nesting" if isinstance(error, RecursionError) else reason
        message = f"The arguments hold {reason}, which JSON cannot say; nothing was sent"
        raise Unsendable(message, code="UNSENDABLE", method=method) from None


async def _read_whole(response: aiohttp.ClientResponse, method: str, largest: int) -> bytes:
    """The body, as it comes; one that is too large is left where it is.

    Raises:
        TooLarge: when it is.
    """
    if (response.content_length or 0) > largest:
        raise _too_large(response, method, largest)
    content = bytearray()
    async for piece in response.content.iter_any():
        content += piece
        if len(content) > largest:
            raise _too_large(response, method, largest)
    return bytes(content)


def _too_large(response: aiohttp.ClientResponse, method: str, largest: int) -> TooLarge:
    response.close()
    message = f"The portal's answer is larger than {largest // _MEGABYTE} MB and was not read"
    return TooLarge(message, code="ANSWER_TOO_LARGE", http=response.status, method=method)


def _keyed(arguments: dict[str, Any] | list[Any]) -> dict[str, Any]:
    return arguments if isinstance(arguments, dict) else {str(place): entry for place, entry in enumerate(arguments)}


def _unreachable(place: str, method: str, error: Exception) -> Unreachable:
    message = f"{place} cannot be reached ({_reason(error)})"
    code = "UNTRUSTED" if isinstance(error, aiohttp.ClientConnectorCertificateError) else "UNREACHABLE"
    return Unreachable(message, code=code, method=method)


def _reason(error: Exception) -> str:
    match error:
        case aiohttp.ClientConnectorCertificateError():
            return "its certificate is not trusted"
        case aiohttp.ClientConnectorDNSError():
            return "no such address"
        case aiohttp.ClientConnectorError(os_error=cause):
            return cause.strerror or "no connection"
    return "no connection in time"


def _no_file(status: int) -> PortalError:
    code = "ERROR_NOT_FOUND" if status in HTTP_GONE else "NO_ANSWER" if status in HTTP_BUSY else ""
    return error_from_code(code, f"The file could not be downloaded (HTTP {status})", status, "download")


def _no_answer(method: str, error: BaseException) -> NoAnswer:
    late = isinstance(error, TimeoutError)
    message = "The portal did not answer in time" if late else "The connection broke before the answer was complete"
    return NoAnswer(message, code="OUT_OF_TIME" if late else "NO_ANSWER", method=method)


def _redirected(method: str, response: aiohttp.ClientResponse) -> NotThePortal:
    target = urlsplit(response.headers.get("Location", ""))
    place = f"{target.scheme}://{target.netloc}" if target.netloc else "another address"
    message = f"The portal's address redirects to {place}; use that one in the credential"
    return NotThePortal(message, code="NOT_JSON", http=response.status, method=method)
