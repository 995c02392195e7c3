"""The package: every file of it, and the archive that n8n installs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bitrix_node.definitions.catalog import Definitions
from bitrix_node.n8n.package.archive import pack
from bitrix_node.n8n.package.credentials import credential_trials
from bitrix_node.n8n.package.description import node_description, shim_plan
from bitrix_node.n8n.package.icons import ASSETS, icon_files
from bitrix_node.n8n.package.lookups import panel_lookups
from bitrix_node.n8n.package.manifest import codex, package_manifest
from bitrix_node.n8n.package.outputs import output_schemas
from bitrix_node.n8n.package.scripts import (
    class_name,
    credential_script,
    node_script,
    shim_scripts,
    trigger_script,
)
from bitrix_node.n8n.package.trigger import trigger_description, trigger_plan
from bitrix_node.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bitrix_node.definitions.models import NodeDefinition, Parameter

NODES, CREDENTIALS, SHIM = "dist/nodes", "dist/credentials", "dist/shim"


def build_package(out: Path, definitions: Definitions | None = None) -> Path:
    """Builds the installable package.

    The same definitions give the same bytes, on any machine and on any day.

    Args:
        out: Folder for the archive and, beside it, the unpacked package; made where it is missing.
        definitions: What to build from; those of this installation by default.

    Returns:
        The archive, `<name>-<version>.tgz`.
    """
    files = package_files(definitions or Definitions.packaged())
    manifest = json.loads(files["package.json"])
    folder = out / manifest["name"]
    _write(folder, files)
    archive = out / f"{manifest['name']}-{manifest['version']}.tgz"
    archive.write_bytes(pack(files))
    return archive


def package_files(definitions: Definitions) -> dict[str, bytes]:
    """Returns every file of the package: path inside it -> content."""
    node, credentials = definitions.node, definitions.credentials
    resources = [definitions.resource(name) for name in definitions.resource_names]
    package = package_manifest(
        definitions.manifest,
        version=VERSION,
        description=node.description,
        nodes=[f"{NODES}/{name}/{name}.node.js" for name in map(class_name, _node_names(definitions))],
        credentials=[f"{CREDENTIALS}/{class_name(name)}.credentials.js" for name in credentials],
    )
    files = {
        "package.json": _json(package, indent=2),
        "README.md": (ASSETS / "README.md").read_bytes(),
        "LICENSE": (ASSETS / "LICENSE").read_bytes(),
        f"{SHIM}/plan.json": _json(shim_plan(resources, credentials)),
        f"{SHIM}/panel/fieldLookups.json": _json(definitions.field_lookups),
        f"{SHIM}/panel/credentialTests.json": _json(credential_trials(credentials)),
        f"{SHIM}/panel/lookups.json": _json(panel_lookups(definitions.lookups, panels(definitions))),
    }
    for entry in node.nodes:
        files |= _node_files(entry, definitions, package["name"])
    files |= _trigger_files(definitions, package["name"])
    files |= {f"{CREDENTIALS}/{name}": icon for name, icon in icon_files().items()}
    files |= {
        f"{CREDENTIALS}/{class_name(name)}.credentials.js": credential_script(credential)
        for name, credential in credentials.items()
    }
    return files | {f"{SHIM}/{name}": script for name, script in shim_scripts().items()}


def panels(definitions: Definitions) -> list[Sequence[Parameter]]:
    """Returns the parameters of each panel: of every action, and of the trigger."""
    resources = (definitions.resource(name) for name in definitions.resource_names)
    actions = [operation.parameters for resource in resources for operation in resource.operations]
    return [*actions, (*definitions.trigger.parameters, *definitions.polling.panel)]


def _node_names(definitions: Definitions) -> list[str]:
    return [*(entry.node for entry in definitions.node.nodes), definitions.trigger.trigger]


def _node_files(node: NodeDefinition, definitions: Definitions, package: str) -> dict[str, bytes]:
    """The files of one action node: the whole one, or an area of it."""
    class_, resources = class_name(node.node), [definitions.resource(name) for name in node.resources]
    files = {
        f"{class_}.node.js": node_script(node.node),
        f"{class_}.node.json": _json(codex(node, package, node.node), indent=2),
        "description.json": _json(node_description(node, resources, definitions.credentials)),
    }
    schemas = output_schemas(node.version, node.resources, definitions.outputs)
    files |= {name: _json(schema) for name, schema in schemas.items()}
    return {f"{NODES}/{class_}/{name}": content for name, content in (files | icon_files()).items()}


def _trigger_files(definitions: Definitions, package: str) -> dict[str, bytes]:
    trigger, events, polling = definitions.trigger, definitions.events, definitions.polling
    class_ = class_name(trigger.trigger)
    files = {
        f"{class_}.node.js": trigger_script(trigger.trigger),
        f"{class_}.node.json": _json(codex(trigger, package, trigger.trigger), indent=2),
        "description.json": _json(trigger_description(trigger, events, polling, definitions.credentials)),
        "plan.json": _json(trigger_plan(trigger, events, polling)),
    }
    return {f"{NODES}/{class_}/{name}": content for name, content in (files | icon_files()).items()}


def _json(value: Any, indent: int | None = None) -> bytes:
    separators = None if indent else (",", ":")
    return (json.dumps(value, indent=indent, separators=separators, ensure_ascii=False) + "\n").encode()


def _write(folder: Path, files: dict[str, bytes]) -> None:
    """Makes the folder hold exactly these files."""
    for path in sorted(folder.rglob("*"), reverse=True) if folder.exists() else []:
        if path.is_file() and path.relative_to(folder).as_posix() not in files:
            path.unlink()
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
