"""The loaded definitions: one resource read at a time, when it is first asked for."""

from __future__ import annotations

import json
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from bitrix_node.definitions.field_lookups import read_field_lookups
from bitrix_node.definitions.locations import DataLocation, packaged_data
from bitrix_node.definitions.lookups import Lookup, locator, read_lookups
from bitrix_node.definitions.models import CredentialType, NodeDefinition, Operation, Parameter, Resource
from bitrix_node.definitions.polling import Polling
from bitrix_node.definitions.resolution import resolve_panel, resolve_resource
from bitrix_node.definitions.resource_files import read_resource
from bitrix_node.definitions.trigger import Event, TriggerDefinition
from bitrix_node.definitions.unknown import UnknownName
from bitrix_node.definitions.yaml_files import read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable


class Definitions:
    """All definitions below one data directory."""

    def __init__(self, location: DataLocation | None = None) -> None:
        self.location = location or packaged_data()
        self._resources: dict[str, Resource] = {}

    @classmethod
    def packaged(cls) -> Definitions:
        """The definitions of this installation; loaded once a process."""
        return _packaged()

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """The package's manifest."""
        manifest: dict[str, Any] = json.loads(self.location.manifest.read_text(encoding="utf-8"))
        return manifest

    @cached_property
    def node(self) -> NodeDefinition:
        """The node itself."""
        return NodeDefinition.model_validate(read_yaml(self.location.node))

    @cached_property
    def trigger(self) -> TriggerDefinition:
        """The trigger node."""
        return TriggerDefinition.model_validate(self._with_lookups(read_yaml(self.location.trigger)))

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """The documented events, by code."""
        entries = json.loads(self.location.events.read_text(encoding="utf-8"))
        return tuple(Event.model_validate(entry) for entry in entries)

    @cached_property
    def resource_names(self) -> tuple[str, ...]:
        """The names of the resources, in the order of the panel."""
        return self.node.resources

    @cached_property
    def credentials(self) -> dict[str, CredentialType]:
        """The credential types by name, in the order of the manifest."""
        files = (self.location.credentials / f"{name}.yaml" for name in self.manifest["credentials"])
        types = (CredentialType.model_validate(read_yaml(path)) for path in files)
        return {credential.credential: credential for credential in types}

    @cached_property
    def polling(self) -> Polling:
        """What the trigger can watch by asking again and again."""
        return Polling.model_validate(self._with_lookups(read_yaml(self.location.polling)))

    @cached_property
    def outputs(self) -> dict[str, dict[str, Any]]:
        """Resource -> operation -> what its items look like: each field with its types, lists and objects as such."""
        paths = {name: self.location.outputs / f"{name}.json" for name in self.resource_names}
        return {name: json.loads(path.read_text("utf-8")) if path.is_file() else {} for name, path in paths.items()}

    @cached_property
    def field_lookups(self) -> dict[str, dict[str, Any]]:
        """The lookups that the field mapper has its fields from, by name."""
        return read_field_lookups(self.location.field_lookups)

    @cached_property
    def lookups(self) -> dict[str, Lookup]:
        """What the panel reads from the portal, by name."""
        return read_lookups(self.location.lookups)

    def resource(self, name: str) -> Resource:
        """One resource, read when first asked for.

        Raises:
            UnknownName: when there is none of this name.
        """
        if name not in self._resources:
            if name not in self.resource_names:
                raise UnknownName("resource", name, self.resource_names)
            document = read_resource(self.location.resources, name)
            resolved = resolve_resource(
                document,
                self.node.parameters,
                _as_documents(self.node.options),
                self._locators,
                _as_documents(self.node.reading_options),
            )
            self._resources[name] = Resource.model_validate(resolved)
        return self._resources[name]

    def operation(self, resource: str, operation: str) -> Operation:
        """One operation of a resource.

        Raises:
            UnknownName: when there is no such resource, or it has no such operation.
        """
        operations = {entry.operation: entry for entry in self.resource(resource).operations}
        if operation not in operations:
            raise UnknownName(f"operation of {resource!r} named", operation, operations)
        return operations[operation]

    def _with_lookups(self, document: dict[str, Any]) -> dict[str, Any]:
        """A document with a panel of its own, whose parameters know what they are picked from."""
        return {**document, "parameters": resolve_panel(document["parameters"], self._locators, "parameters")}

    @cached_property
    def _locators(self) -> dict[str, dict[str, Any]]:
        return {name: locator(name, self.lookups) for name in self.lookups}


def _as_documents(parameters: Iterable[Parameter]) -> list[dict[str, Any]]:
    return [parameter.model_dump(by_alias=True, exclude_unset=True) for parameter in parameters]


@cache
def _packaged() -> Definitions:
    return Definitions()
