"""The few lines of JavaScript that n8n loads by name; all that they do is in the shim."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bitrix_node.n8n.package.icons import icon_reference
from bitrix_node.n8n.package.properties import render_property
from bitrix_node.rest import error_entries

if TYPE_CHECKING:
    from bitrix_node.definitions.models import CredentialType

SHIM = Path(__file__).parent.parent / "shim"

_NODE = """\
// @ts-check
'use strict';

const {{ execute }} = require('../../shim/execute.js');
const {{ credentialTests }} = require('../../shim/panel/credential_tests.js');
const {{ fieldMappings }} = require('../../shim/panel/field_mapping.js');
const {{ fieldNames }} = require('../../shim/panel/field_names.js');
const {{ listSearch, loadOptions }} = require('../../shim/panel/lookups.js');
const description = require('./description.json');
const trials = require('../../shim/panel/credentialTests.json');
const fieldLookups = require('../../shim/panel/fieldLookups.json');
const lookups = require('../../shim/panel/lookups.json');
const plan = require('../../shim/plan.json');

class {name} {{
	description = description;

	methods = {{
		credentialTest: credentialTests(trials),
		listSearch: listSearch(lookups),
		loadOptions: {{ ...loadOptions(lookups), ...fieldNames(fieldLookups) }},
		resourceMapping: fieldMappings(fieldLookups),
	}};

	/** @this {{import('n8n-workflow').IExecuteFunctions}} */
	async execute() {{
		return await execute(this, plan);
	}}
}}

module.exports = {{ {name} }};
"""

_TRIGGER = """\
// @ts-check
'use strict';

const {{ credentialTests }} = require('../../shim/panel/credential_tests.js');
const {{ listSearch }} = require('../../shim/panel/lookups.js');
const {{ execute }} = require('../../shim/trigger/execute.js');
const {{ pollInItsMode, withPollTimes }} = require('../../shim/trigger/poll_times.js');
const {{ receive }} = require('../../shim/trigger/receive.js');
const {{ isSubscribed, subscribe, unsubscribe }} = require('../../shim/trigger/subscription.js');
const description = require('./description.json');
const lookups = require('../../shim/panel/lookups.json');
const plan = require('./plan.json');
const trials = require('../../shim/panel/credentialTests.json');

class {name} {{
	description = withPollTimes(description);

	methods = {{
		credentialTest: credentialTests(trials),
		listSearch: listSearch(lookups),
	}};

	webhookMethods = {{
		default: {{
			/** @this {{import('n8n-workflow').IHookFunctions}} */
			async checkExists() {{
				return await isSubscribed(this, plan);
			}},
			/** @this {{import('n8n-workflow').IHookFunctions}} */
			async create() {{
				return await subscribe(this, plan);
			}},
			/** @this {{import('n8n-workflow').IHookFunctions}} */
			async delete() {{
				return await unsubscribe(this, plan);
			}},
		}},
	}};

	/** @this {{import('n8n-workflow').IWebhookFunctions}} */
	async webhook() {{
		return await receive(this, plan);
	}}

	/** @this {{import('n8n-workflow').IPollFunctions}} */
	async poll() {{
		return await pollInItsMode(this, plan);
	}}

	/** @this {{import('n8n-workflow').IExecuteFunctions}} */
	async execute() {{
		return await execute(this, plan);
	}}
}}

module.exports = {{ {name} }};
"""

_CREDENTIAL = """\
// @ts-check
'use strict';

class {name} {{
{fields}
}}

module.exports = {{ {name} }};
"""


def class_name(name: str) -> str:
    """Returns the class that n8n expects for a node or credential of this name."""
    return name[0].upper() + name[1:]


def node_script(name: str) -> bytes:
    """Returns the node's class."""
    return _NODE.format(name=class_name(name)).encode()


def trigger_script(name: str) -> bytes:
    """Returns the trigger's class."""
    return _TRIGGER.format(name=class_name(name)).encode()


def credential_script(credential: CredentialType) -> bytes:
    """Returns a credential's class."""
    body = _credential_fields(credential)
    fields = "\n\n".join(f"\t{key} = {_literal(value)};" for key, value in body.items())
    return _CREDENTIAL.format(name=class_name(credential.credential), fields=fields).encode()


def shim_scripts() -> dict[str, bytes]:
    """Returns the shim's files by their path in it, with the tables that its scripts load."""
    scripts = {path.relative_to(SHIM).as_posix(): path.read_bytes() for path in sorted(SHIM.rglob("*.js"))}
    return scripts | {name: json.dumps(table).encode() for name, table in _tables().items()}


def _tables() -> dict[str, Any]:
    """What the scripts know of the REST API, by the path in the shim that they load it from."""
    remedies = {code: entry.remedy for code, entry in error_entries().items()}
    return {"panel/remedies.json": remedies}


def _credential_fields(credential: CredentialType) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "name": credential.credential,
        "displayName": credential.display_name,
        "documentationUrl": credential.documentation_url,
        "icon": icon_reference(),
        "extends": list(credential.extends),
        "properties": [render_property(entry) for entry in credential.fields],
        "authenticate": credential.authenticate,
    }
    return {key: value for key, value in fields.items() if value}


def _literal(value: Any) -> str:
    return json.dumps(value, indent="\t", ensure_ascii=False).replace("\n", "\n\t")
