"""Where the data files lie: inside an installed wheel, or at the top of a checkout."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class DataLocation:
    """A directory that holds `manifest.json`, `node_definitions/` and `credentials/`."""

    root: Path

    @property
    def manifest(self) -> Path:
        """What the package offers."""
        return self.root / "manifest.json"

    @property
    def node(self) -> Path:
        """The node itself."""
        return self.root / "node_definitions" / "bitrix24.yaml"

    @property
    def trigger(self) -> Path:
        """The trigger node."""
        return self.root / "node_definitions" / "bitrix24_trigger.yaml"

    @property
    def events(self) -> Path:
        """The catalogue of events."""
        return self.root / "node_definitions" / "events.json"

    @property
    def resources(self) -> Path:
        """The folder with one file a resource."""
        return self.root / "node_definitions" / "resources"

    @property
    def field_lookups(self) -> Path:
        """The folder with one file a lookup of fields, for the field mapper."""
        return self.root / "node_definitions" / "lookups" / "fields"

    @property
    def lookups(self) -> Path:
        """The folder with what the panel reads from the portal."""
        return self.root / "node_definitions" / "lookups"

    @property
    def methods(self) -> Path:
        """The folder with the catalogue of REST methods."""
        return self.root / "node_definitions" / "methods"

    @property
    def outputs(self) -> Path:
        """The folder with what the items of each action look like, one file a resource."""
        return self.root / "node_definitions" / "outputs"

    @property
    def polling(self) -> Path:
        """What the trigger can watch by asking again and again."""
        return self.root / "node_definitions" / "polling.yaml"

    @property
    def schema(self) -> Path:
        """The folder with the JSON Schemas."""
        return self.root / "node_definitions" / "schema"

    @property
    def credentials(self) -> Path:
        """The folder with one file a credential type."""
        return self.root / "credentials"

    @property
    def examples(self) -> Path:
        """The folder with example input."""
        return self.root / "examples"


@cache
def packaged_data() -> DataLocation:
    """The data that belongs to this installation of the package."""
    installed = _PACKAGE / "data"
    return DataLocation(installed if installed.is_dir() else _PACKAGE.parent)
