"""Writes `node_definitions/methods/`, the examples that the tests hold it against, and `node_definitions/events.json`.

python -m tools.catalogue path/to/rest-methods.json path/to/rest-events.json
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from tools.catalogue.entries import entry_of
from tools.catalogue.events import event_entries
from tools.catalogue.examples import shortened

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(__file__).resolve().parents[2]
METHODS = ROOT / "node_definitions" / "methods"
EVENTS = ROOT / "node_definitions" / "events.json"
EXAMPLES = ROOT / "tests" / "definitions" / "reference_examples.jsonl"
CORRECTIONS = Path(__file__).with_name("corrections.yaml")

Tree = dict[str, Any]


def main(reference: Path, events: Path) -> None:
    """Reads the reference and replaces every generated file."""
    _write_list(EVENTS, event_entries(json.loads(events.read_text(encoding="utf-8"))))
    methods = list(_methods(json.loads(reference.read_text(encoding="utf-8"))))
    corrections = yaml.safe_load(CORRECTIONS.read_text(encoding="utf-8"))
    entries = [entry_of(name, method, corrections.get(name, {})) for name, method in methods]
    _write_entries(entries)
    _write_lines(EXAMPLES, (line for name, method in methods for line in _examples(name, method)))
    print(f"{len(entries)} entries, {sum(path.stat().st_size for path in METHODS.glob('*.json')):,} bytes")


def _methods(reference: Tree) -> Iterator[tuple[str, Tree]]:
    """Every method of either version; seven names have two."""
    for name, method in sorted(reference.items()):
        if name.startswith("_"):
            continue
        yield name, method
        if "v3" in method:
            yield name, method["v3"]


def _write_entries(entries: Iterable[Tree]) -> None:
    modules: dict[str, list[Tree]] = defaultdict(list)
    for entry in entries:
        modules[entry["name"].partition(".")[0].lower()].append(entry)
    for stale in METHODS.glob("*.json"):
        stale.unlink()
    for module, members in modules.items():
        _write_list(METHODS / f"{module}.json", members)


def _examples(name: str, method: Tree) -> Iterator[str]:
    version = 3 if method.get("rest_v3") else 2
    for example in method["examples"]:
        if isinstance(example, dict):
            yield _compact({"method": name, "version": version, "arguments": shortened(example)})


def _write_list(path: Path, entries: Iterable[Tree]) -> None:
    lines = ",\n".join(_compact(entry) for entry in entries)
    path.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


def _write_lines(path: Path, lines: Iterable[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    if len(sys.argv) != 3:  # noqa: PLR2004
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
