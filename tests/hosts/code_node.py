"""n8n's Python Code node in small: what its task runner does to code before and while it runs.

Run as a program: the task comes as JSON on standard input, what came of it goes as JSON to standard output. As n8n's
runner does, it checks the code, starts a process that is forked from a clean server, empties the environment there,
forgets all modules that are not on the allow list, guards the import functions, takes the dangerous functions from
the code's builtins, and runs it as the body of a function. (n8n-io/n8n, packages/@n8n/task-runner-python.)
"""

from __future__ import annotations

import ast
import builtins
import importlib
import json
import multiprocessing
import os
import sys
import textwrap
import traceback
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

USER_FILE = "<all_items_task_execution>"
OUTPUT = "__n8n_internal_user_output__"
ALWAYS_KEPT = {"builtins", "__main__", "sys", "traceback", "linecache", "importlib", "importlib.machinery"}
LOADED_BEFORE = ("asyncio", "concurrent.futures", "dataclasses", "datetime", "logging", "ssl", "subprocess", "tempfile")
"""What the runner needs itself: it is there, is taken away, and is loaded a second time by whoever wants it."""
DENIED_BUILTINS = {
    *("eval", "exec", "compile", "open", "input", "breakpoint", "getattr", "object", "type", "vars", "setattr"),
    *("delattr", "hasattr", "dir", "memoryview", "__build_class__", "globals", "locals", "license", "help", "credits"),
    "copyright",
}
DENIED_NAMES = frozenset({"__loader__", "__builtins__", "__globals__", "__spec__", "__name__"})


class SecurityViolation(Exception):
    """The code asks for something that the runner does not allow."""


class Guard:
    """One of the ways to import, closed to what is not on the allow list.

    Args:
        original: The function that it stands in front of.
        allowed: The packages on the allow list.
        trusts_packages: Whether what a package imports by itself is let through.
    """

    def __init__(self, original: Callable[..., Any], allowed: frozenset[str], *, trusts_packages: bool) -> None:
        self._original, self._allowed, self._trusts_packages = original, allowed, trusts_packages

    def __call__(self, name: str, *arguments: Any, **named: Any) -> Any:
        called_by_user = sys._getframe(1).f_code.co_filename == USER_FILE
        if called_by_user or not self._trusts_packages:
            check_import(self._top_level(name, arguments, named), self._allowed)
        return self._original(name, *arguments, **named)

    @staticmethod
    def _top_level(name: str, arguments: tuple[Any, ...], named: dict[str, Any]) -> str:
        package = named.get("package") or next((entry for entry in arguments[:1] if isinstance(entry, str)), None)
        return (package if name.startswith(".") and package else name).split(".")[0]


def check_import(module: str, allowed: frozenset[str]) -> None:
    if module not in allowed:
        raise SecurityViolation(f"Import of '{module}' is disallowed. Allowed: {', '.join(sorted(allowed)) or 'none'}")


def check_code(code: str, allowed: frozenset[str]) -> None:
    """What the runner reads from the text before it runs it."""
    for node in ast.walk(ast.parse(textwrap.dedent(f"def code():\n{textwrap.indent(code, '    ')}"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                check_import(alias.name.split(".")[0], allowed)
        elif isinstance(node, ast.ImportFrom):
            check_import((node.module or "").split(".")[0], allowed)
        elif isinstance(node, ast.Name) and node.id in DENIED_NAMES:
            raise SecurityViolation(f"Access to name '{node.id}' is disallowed")
        elif isinstance(node, ast.Constant) and node.value in DENIED_NAMES:
            raise SecurityViolation(f"Access to name '{node.value}' is disallowed")


def execute(task: dict[str, Any], answer: Connection) -> None:
    """The child's part."""
    allowed = frozenset(task["allowed"])
    for name in LOADED_BEFORE:
        importlib.import_module(name)
    os.environ.clear()
    kept = ALWAYS_KEPT | allowed
    for name in list(sys.modules):
        if name not in kept and not name.startswith(tuple(f"{module}." for module in kept)):
            del sys.modules[name]
    trust = {"trusts_packages": bool(task.get("transitive"))}
    guards: Any = importlib
    guards.import_module = Guard(importlib.import_module, allowed, **trust)
    guards.__import__ = Guard(importlib.__import__, allowed, **trust)
    known = {name: value for name, value in vars(builtins).items() if name not in DENIED_BUILTINS}
    known["__import__"] = Guard(builtins.__import__, allowed, trusts_packages=False)
    names: dict[str, Any] = {"__builtins__": known, "_items": task["items"], "_query": None}
    try:
        body = f"def _user_function():\n{textwrap.indent(task['code'], '    ')}\n\n{OUTPUT} = _user_function()"
        exec(compile(body, USER_FILE, "exec"), names)
        answer.send(json.dumps({"result": names[OUTPUT]}))
    except BaseException as error:  # the runner tells whatever happened
        answer.send(json.dumps({"error": f"{type(error).__name__}: {error}", "stack": traceback.format_exc()}))


def main() -> None:
    task = json.load(sys.stdin)
    try:
        check_code(task["code"], frozenset(task["allowed"]))
    except (SecurityViolation, SyntaxError) as error:
        json.dump({"error": f"{type(error).__name__}: {error}"}, sys.stdout)
        return
    context = multiprocessing.get_context("forkserver")
    receiving, sending = context.Pipe(duplex=False)
    process = context.Process(target=execute, args=(task, sending))
    process.start()
    sending.close()
    try:
        sys.stdout.write(receiving.recv())
    finally:
        process.join()


if __name__ == "__main__":
    main()
