'use strict';

/**
 * Runs the panel's scripts against a real portal, in a context that behaves as n8n's does: node drive_panel.js SHIM
 * with a scenario (JSON on stdin); prints one outcome a task: {result} or {thrown}.
 *
 * Scenario: {node, data, tasks}
 *   node   the node, with its parameters and the credentials that it has chosen
 *   data   credential type -> its fields
 *   tasks  done one after the other in the same process:
 *            {call: {method, arguments, version, seconds}}
 *            {fields: {lookups, name}}
 *            {names: {lookups, name}}
 *            {search: {definitions, filter, token}}   the method `list` of n8n's listSearch
 *            {trial: {trials, type}}                  the test of a credential, as its form runs it
 *            {load: {definitions}}                    the method `list` of n8n's loadOptions
 */

const { join } = require('node:path');

const shim = process.argv[2];
const scenario = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
const record = { requests: [], refreshes: 0 };

/** What n8n makes of a failed request: an error with the status as text, and the body where it was an object. */
function failed(message, httpCode, data, cause) {
	return Object.assign(new Error(message), { httpCode, context: { data }, cause });
}

async function send(request) {
	record.requests.push(request.url);
	const body = request.body && Object.keys(request.body).length ? JSON.stringify(request.body) : undefined;
	const headers = { ...request.headers, ...(body ? { 'Content-Type': 'application/json' } : {}) };
	const signal = AbortSignal.timeout(request.timeout);
	const redirect = request.disableFollowRedirect ? 'manual' : 'follow';
	const response = await fetch(request.url, { method: request.method, headers, body, signal, redirect }).catch((error) => {
		const code = error.name === 'TimeoutError' ? 'ECONNABORTED' : error.cause?.code;
		throw failed('no answer', code, undefined, { code });
	});
	const text = await response.text();
	return { statusCode: response.status, body: parsed(text) };
}

function parsed(text) {
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}

/** n8n's error for whatever else the OAuth server refuses, as its request helper hands it on. */
function refused(answer) {
	const cause = Object.assign(new Error('Client authentication failed'), { code: 'EAUTH', body: answer });
	return failed(cause.message, cause.code, undefined, cause);
}

async function refresh(data) {
	record.refreshes += 1;
	const { clientId, clientSecret, accessTokenUrl, oauthTokenData } = data;
	const form = { grant_type: 'refresh_token', client_id: clientId, client_secret: clientSecret, refresh_token: oauthTokenData.refresh_token };
	const answer = await fetch(accessTokenUrl, { method: 'POST', body: new URLSearchParams(form) });
	const token = await answer.json();
	if (token.error && token.error !== 'invalid_grant') throw refused(token);
	if (token.error) throw Object.assign(new Error('The credential "Portal" needs to be reconnected.'), { description: 'Open the credential and reconnect it to continue.' });
	data.oauthTokenData = { ...oauthTokenData, ...token };
}

const SIGNING = {
	bitrix24OAuth2Api: (request, data) => {
		request.headers = { ...request.headers, Authorization: `Bearer ${data.oauthTokenData.access_token}` };
	},
	bitrix24Api: (request, data) => {
		request.body = { ...request.body, auth: data.accessToken };
	},
	bitrix24WebhookApi: () => {},
};

async function httpRequestWithAuthentication(type, request) {
	const data = scenario.data[type];
	const signed = async () => {
		SIGNING[type](request, data);
		return await send(request);
	};
	const isError = (answer) => answer.statusCode >= 400 && request.ignoreHttpStatusErrors?.except?.includes(answer.statusCode);
	let answer = await signed();
	if (isError(answer) && type === 'bitrix24OAuth2Api') {
		await refresh(data);
		answer = await signed();
	}
	if (isError(answer)) throw failed('Authorization failed', String(answer.statusCode), answer.body);
	return answer;
}

const context = {
	getNode: () => scenario.node,
	getCredentials: async (type) => scenario.data[type],
	getCurrentNodeParameter: (path, options) => {
		const held = path.split('.').reduce((value, key) => value?.[key], scenario.node.parameters);
		// n8n finds the ID in a pasted address by the pattern of the panel's description.
		return options?.extractValue ? (scenario.node.parameters.extracted?.[path] ?? (held?.__rl ? held.value : held)) : held;
	},
	getCurrentNodeParameters: () => scenario.node.parameters,
	helpers: { httpRequestWithAuthentication },
};

/** The one helper of n8n's credential tests. */
async function legacyRequest({ uri, followRedirect, ...request }) {
	return await send({ ...request, url: uri, disableFollowRedirect: !followRedirect });
}

async function trial({ trials, type }) {
	const { credentialTests } = require(join(shim, 'panel', 'credential_tests.js'));
	return await credentialTests(trials)[type].call({ helpers: { request: legacyRequest } }, { type, data: scenario.data[type] });
}

function lookups() {
	return require(join(shim, 'panel', 'lookups.js'));
}

const TASKS = {
	call: async (call) => await require(join(shim, 'panel', 'portal.js')).callMethod(context, call),
	fields: async ({ lookups, name }) => await require(join(shim, 'panel', 'field_mapping.js')).fieldMappings(lookups)[name].call(context),
	names: async ({ lookups, name }) => await require(join(shim, 'panel', 'field_names.js')).fieldNames(lookups)[name].call(context),
	search: async ({ definitions, filter, token }) => await lookups().listSearch(definitions).list.call(context, filter ?? undefined, token ?? undefined),
	trial,
	load: async ({ definitions }) => await lookups().loadOptions(definitions).list.call(context),
};

function described(error) {
	return { kind: error.constructor.name, message: error.message, description: error.description, httpCode: error.httpCode };
}

(async () => {
	const outcomes = [];
	for (const task of scenario.tasks) {
		const [kind] = Object.keys(task);
		outcomes.push(await TASKS[kind](task[kind]).then((result) => ({ result }), (error) => ({ thrown: described(error) })));
	}
	console.log(JSON.stringify({ ...record, outcomes }));
})();
