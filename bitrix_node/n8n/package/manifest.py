"""What the package says of itself: to npm and n8n's installer, and to n8n's search."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bitrix_node.definitions.models import NodeHead


_KEYWORD = "n8n-community-node-package"
_API_VERSION = 1
# Where the package comes from, in the same words in both manifests.
_ORIGIN = ("homepage", "author", "repository")


def package_manifest(
    manifest: Mapping[str, Any],
    *,
    version: str,
    description: str,
    nodes: Sequence[str],
    credentials: Sequence[str],
) -> dict[str, Any]:
    """Returns `package.json`, as n8n's installer and the rules for community nodes want it.

    Args:
        manifest: The project's own manifest.
        version: Version of the package.
        description: One line for npm.
        nodes: Paths of the node classes inside the package.
        credentials: Paths of the credential classes inside the package.
    """
    return {
        "name": manifest["name"],
        "version": version,
        "description": description,
        "keywords": [_KEYWORD, "n8n", "bitrix24", "crm"],
        "license": "MIT",
        **{key: manifest[key] for key in _ORIGIN if key in manifest},
        "files": ["dist"],
        "n8n": {"n8nNodesApiVersion": _API_VERSION, "nodes": list(nodes), "credentials": list(credentials)},
        "peerDependencies": {"n8n-workflow": "*"},
    }


def codex(node: NodeHead, package: str, name: str) -> dict[str, Any]:
    """Returns the codex file: the categories and the words by which n8n's search finds the node.

    Args:
        node: What the node says of itself.
        package: Name of the package.
        name: The node's type name.
    """
    documentation = [{"url": node.documentation_url}]
    return {
        "node": f"{package}.{name}",
        "nodeVersion": f"{node.version}.0",
        "codexVersion": "1.0",
        "categories": list(node.categories),
        "resources": {"credentialDocumentation": documentation, "primaryDocumentation": documentation},
        "alias": list(node.aliases),
    }
