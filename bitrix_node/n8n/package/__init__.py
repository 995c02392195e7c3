"""From the definitions to a package that n8n installs: descriptions, shim, credentials, icons, one archive."""

from bitrix_node.n8n.package.build import build_package

__all__ = ["build_package"]
