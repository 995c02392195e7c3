'use strict';

/**
 * Runs polls of the trigger against a real portal: node drive_poll.js SHIM. Reads one poll a line (JSON) from stdin and
 * writes one line for each thing that happens.
 *
 * Poll: {plan, parameters, credentials, webhook, staticData, mode, activation, offset, steps}
 *   staticData  what n8n kept of the node; comes back changed
 *   offset      minutes by which the portal's zone is ahead of UTC: moments in its answers are told in it
 *   steps       whether to stop before each request until a line comes, which may hold staticData that another poll left
 *
 * Lines: {request: {method, arguments}}, and at the end {items} | {thrown}, with staticData and logged.
 */

const { join } = require('node:path');
const { createInterface } = require('node:readline');
const { extracted } = require('./extracted.js');

const { poll } = require(join(process.argv[2], 'trigger', 'poll.js'));
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/;

async function nextLine() {
	const { value, done } = await lines.next();
	return done ? undefined : JSON.parse(value);
}

function tell(line) {
	process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** The same moment as a portal of another zone writes it. */
function inZone(text, minutes) {
	const local = new Date(Date.parse(text) + minutes * 60_000).toISOString().slice(0, 19);
	const clock = new Date(Math.abs(minutes) * 60_000).toISOString().slice(11, 16);
	return `${local}${minutes < 0 ? '-' : '+'}${clock}`;
}

function sender(scenario) {
	return async (_type, request) => {
		const method = request.url.split('/').pop().replace('.json', '');
		tell({ request: { method, arguments: request.body } });
		if (scenario.steps) Object.assign(scenario.staticData, (await nextLine()).staticData);
		const headers = { 'Content-Type': 'application/json' };
		const response = await fetch(request.url, { method: 'POST', headers, body: JSON.stringify(request.body) });
		const text = await response.text();
		const moved = (_key, value) => (scenario.offset && MOMENT.test(value) ? inZone(value, scenario.offset) : value);
		try {
			return { statusCode: response.status, body: JSON.parse(text, moved) };
		} catch {
			return { statusCode: response.status, body: text };
		}
	};
}

function contextOf(scenario, logged) {
	const log = (level) => (message) => logged.push(`${level}: ${message}`);
	return {
		getNode: () => ({ name: 'Bitrix24 Trigger', parameters: scenario.parameters, credentials: scenario.credentials }),
		getMode: () => scenario.mode,
		getActivationMode: () => scenario.activation,
		getNodeParameter: (name, fallback, options) => extracted(scenario.parameters[name] ?? fallback, options),
		getCredentials: async () => ({ webhookSecret: scenario.webhook }),
		getWorkflowStaticData: () => scenario.staticData,
		logger: { info: log('info'), warn: log('warn') },
		helpers: { httpRequestWithAuthentication: sender(scenario) },
	};
}

(async () => {
	for (let scenario = await nextLine(); scenario; scenario = await nextLine()) {
		const { staticData } = scenario;
		const logged = [];
		const outcome = await poll(contextOf(scenario, logged), scenario.plan).then(
			(output) => ({ items: output && output[0].map((item) => item.json) }),
			(error) => ({ thrown: { kind: error.constructor.name, message: error.message, description: error.description } }),
		);
		tell({ ...outcome, staticData, logged });
	}
})();
