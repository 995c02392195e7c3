'use strict';

/**
 * The trigger in a made-up n8n that a real portal can call: node drive_trigger.js SHIM. Reads one task a line (JSON) from
 * stdin and answers each with {done} or {thrown}; calls of the portal come as {received: {status, items}} in between.
 *
 * First line: {plan, parameters, credentials} (credential type -> its data), answered with {done: address}.
 * Tasks: {hook: "isSubscribed" | "subscribe" | "unsubscribe"}, {change: parameters}, {state}, {forget: true},
 *   {post: {body, query, times}}: so many calls at once, answered with how many of each status and the last items
 */

const { createServer } = require('node:http');
const { join } = require('node:path');
const { parse } = require('node:querystring');
const { createInterface } = require('node:readline');
const { extracted } = require('./extracted.js');

const trigger = join(process.argv[2], 'trigger');
const hooks = require(join(trigger, 'subscription.js'));
const { receive } = require(join(trigger, 'receive.js'));

const n8n = { address: '', scenario: {}, state: {}, logged: [] };

function tell(line) {
	process.stdout.write(`${JSON.stringify(line)}\n`);
}

async function send(type, request) {
	const data = n8n.scenario.credentials[type];
	const headers = { 'Content-Type': 'application/json' };
	if (data.oauthTokenData) headers.Authorization = `Bearer ${data.oauthTokenData.access_token}`;
	const response = await fetch(request.url, { method: 'POST', headers, body: JSON.stringify(request.body) });
	return { statusCode: response.status, body: await response.json() };
}

function context(extra) {
	const { parameters, credentials } = n8n.scenario;
	const chosen = Object.fromEntries(Object.keys(credentials).map((type) => [type, { id: '1', name: type }]));
	return {
		getNode: () => ({ id: 'node', name: 'Bitrix24 Trigger', parameters, credentials: chosen }),
		getWorkflow: () => ({ id: 'workflow' }),
		getNodeParameter: (name, fallback, options) => extracted(parameters[name] ?? fallback, options),
		getNodeWebhookUrl: () => n8n.address,
		getActivationMode: () => 'activate',
		getMode: () => 'trigger',
		getCredentials: async (type) => credentials[type],
		getWorkflowStaticData: () => n8n.state,
		logger: { warn: (message) => n8n.logged.push(message) },
		helpers: { httpRequestWithAuthentication: (type, request) => send(type, request) },
		...extra,
	};
}

/**
 * One call, as n8n makes one of it: forms are read without understanding brackets, and what the node is to remember is
 * read when the call comes in, and stored as a whole when it is answered.
 */
async function called(body, query) {
	const state = structuredClone(n8n.state);
	const outcome = { status: 200, items: [] };
	const response = {
		status: (code) => Object.assign(response, { code }),
		json: () => response,
		end: () => {
			outcome.status = response.code;
		},
	};
	const request = {
		getBodyData: () => parse(body, undefined, undefined, { maxKeys: 1000 }),
		getQueryData: () => query,
		getResponseObject: () => response,
		getWorkflowStaticData: () => state,
	};
	const { workflowData } = await receive(context(request), n8n.scenario.plan);
	n8n.state = state;
	return { ...outcome, items: (workflowData?.[0] ?? []).map((item) => item.json) };
}

const server = createServer((request, response) => {
	const chunks = [];
	request.on('data', (chunk) => chunks.push(chunk));
	request.on('end', async () => {
		const query = Object.fromEntries(new URL(request.url, n8n.address).searchParams);
		const outcome = await called(Buffer.concat(chunks).toString(), query).catch((error) => ({ status: 500, items: [], error: error.message }));
		response.writeHead(outcome.status).end();
		tell({ received: outcome });
	});
});

async function posted({ body, query, times }) {
	const outcomes = await Promise.all(Array.from({ length: times }, () => called(body, query)));
	const statuses = {};
	for (const { status } of outcomes) statuses[status] = (statuses[status] ?? 0) + 1;
	return { statuses, items: outcomes.flatMap(({ items }) => items).length, last: outcomes[times - 1].items };
}

const TASKS = {
	hook: (name) => hooks[name](context(), n8n.scenario.plan),
	change: async (parameters) => Object.assign(n8n.scenario.parameters, parameters),
	forget: async () => {
		n8n.state = {};
	},
	state: async () => ({ state: n8n.state, logged: n8n.logged }),
	post: posted,
};

async function main() {
	const lines = createInterface({ input: process.stdin });
	await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
	n8n.address = `http://127.0.0.1:${server.address().port}/webhook/own/webhook`;
	for await (const line of lines) {
		const task = JSON.parse(line);
		if (task.plan) {
			n8n.scenario = task;
			tell({ done: n8n.address });
			continue;
		}
		const [[name, argument]] = Object.entries(task);
		await TASKS[name](argument).then(
			(result) => tell({ done: result ?? null }),
			(error) => tell({ thrown: { message: error.message, description: error.description } }),
		);
	}
	server.close();
	server.closeAllConnections();
}

void main();
