"""The methods the portal speaks, and what a method is given when it is called."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any, TypeVar

from bitrix_node.sandbox.arguments import ArgumentReader
from bitrix_node.sandbox.errors import method_not_found

if TYPE_CHECKING:
    from datetime import datetime

    from aiohttp import web

    from bitrix_node.sandbox.authentication import Application, Caller
    from bitrix_node.sandbox.database import Database
    from bitrix_node.sandbox.events.catalogue import Occurrence
    from bitrix_node.sandbox.portal import Portal

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Page:
    """A list answer.

    Attributes:
        result: what goes under `result`.
        total: number of matching records, or None when counting was switched off by `start=-1`.
        next: `start` of the following page, or None on the last.
    """

    result: Any
    total: int | None = None
    next: int | None = None


@dataclass(frozen=True, slots=True)
class Download:
    """A file as the whole answer, in place of JSON.

    Attributes:
        content: its bytes.
        name: its name, which also tells its type.
    """

    content: bytes
    name: str


@dataclass(frozen=True)
class Call(ArgumentReader):
    """One REST call, as its method sees it.

    Attributes:
        arguments: what was sent, parsed, with its case kept and without the credentials.
        method: the method's documented name.
        caller: who calls and with what rights.
        database: the portal's data, inside this call's transaction.
        now: the moment of the call.
        portal: base address without a trailing slash, for links.
        occurrences: events that the method makes happen, beside those that its changes of records are.
    """

    arguments: Mapping[str, Any]
    method: str
    caller: Caller
    database: Database
    now: datetime
    portal: str
    occurrences: list[Occurrence] = field(default_factory=list)

    @property
    def user_id(self) -> int:
        """The user in whose name the call runs."""
        return self.caller.user_id

    @property
    def is_admin(self) -> bool:
        """Whether that user administers the portal."""
        return self.caller.is_admin

    @property
    def application(self) -> Application | None:
        """The calling application; None for a webhook."""
        return self.caller.application

    @property
    def start(self) -> int:
        """Offset of the wanted page; -1 asks for the first page without counting."""
        return self.integer("start")

    def page(self, rows: list[Any], total: int, result: Any = None) -> Page:
        """Wrap one page of rows that `Collection.query` gave.

        Args:
            rows: the page.
            total: number of matching records.
            result: what to answer under `result` when it is not the rows themselves.

        Returns:
            the rows with `total` and `next` as REST 2 lists have them.
        """
        answer = rows if result is None else result
        if self.start < 0:
            return Page(answer)
        following = self.start + PAGE_SIZE
        return Page(answer, total, following if following < total else None)


Function = Callable[[Call], Any]
RouteHandler = Callable[["web.Request", "Portal"], Awaitable["web.StreamResponse"]]
F = TypeVar("F", bound=Function)
R = TypeVar("R", bound=RouteHandler)


@dataclass(frozen=True, slots=True)
class Method:
    """A REST method.

    Attributes:
        name: documented spelling.
        function: what it does.
        scopes: any one of these permits the call; empty for methods open to everyone.
        version: 2 or 3.
        application_only: whether webhooks are refused with WRONG_AUTH_TYPE.
        batchable: whether it may stand inside `batch`.
    """

    name: str
    function: Function
    scopes: frozenset[str]
    version: int = 2
    application_only: bool = False
    batchable: bool = True


@dataclass(frozen=True, slots=True)
class Registry:
    """All methods and extra addresses, filled when the modules under `methods` are imported."""

    methods: dict[tuple[int, str], Method] = field(default_factory=dict)
    routes: list[tuple[str, str, RouteHandler]] = field(default_factory=list)

    def find(self, name: str, version: int = 2) -> Method:
        """Look a method up, in any case.

        Args:
            name: method name without `.json`.
            version: 2 or 3.

        Returns:
            the method.

        Raises:
            RestError: the portal has no such method (404).
        """
        found = self.methods.get((version, name.lower()))
        if found is None:
            raise method_not_found(version)
        return found

    def add(self, entry: Method) -> None:
        """Make a method known.

        Args:
            entry: the method.

        Raises:
            ValueError: the name is taken.
        """
        key = (entry.version, entry.name.lower())
        if key in self.methods:
            raise ValueError(f"Two functions claim the REST method {entry.name} (version {entry.version}).")
        self.methods[key] = entry

    def __iter__(self) -> Iterator[Method]:
        return iter(self.methods.values())


REGISTRY = Registry()


def method(
    *names: str,
    scope: str | tuple[str, ...] = "basic",
    version: int = 2,
    application_only: bool = False,
    batchable: bool = True,
) -> Callable[[F], F]:
    """Declare a function as one or several REST methods.

    Args:
        *names: documented method names.
        scope: the permission needed, or several of which one suffices; `basic` is held by everyone.
        version: 2, or 3 for REST 3.0.
        application_only: refuse webhooks with WRONG_AUTH_TYPE.
        batchable: whether `batch` may carry it.

    Returns:
        the decorator; the function takes the `Call` and returns the `result`, or a `Page`, or a `Download`, or raises
        `RestError`.
    """
    scopes = frozenset({scope} if isinstance(scope, str) else scope) - {"basic"}

    def declare(function: F) -> F:
        for name in names:
            REGISTRY.add(Method(name, function, scopes, version, application_only, batchable))
        return function

    return declare


def route(http_method: str, path: str) -> Callable[[R], R]:
    """Declare a raw HTTP address, for bytes that travel outside REST (uploads and downloads).

    Args:
        http_method: `GET`, `POST` or `*`.
        path: aiohttp path pattern, `/rest/download/{key}`.

    Returns:
        the decorator; the coroutine takes the request and the portal.
    """

    def declare(handler: R) -> R:
        REGISTRY.routes.append((http_method, path, handler))
        return handler

    return declare


@cache
def load_methods() -> Registry:
    """Import every module under `methods` and read the described methods, so that all declarations are made.

    Returns:
        the filled registry.
    """
    package = import_module("bitrix_node.sandbox.methods")
    for module in iter_modules(package.__path__, f"{package.__name__}."):
        import_module(module.name)
    import_module("bitrix_node.sandbox.families.methods").declare_methods()
    return REGISTRY
