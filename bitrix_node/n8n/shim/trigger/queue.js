// @ts-check
'use strict';

/**
 * Offline events: Bitrix24 keeps them in a queue and tells n8n only that it grew. What is taken is reserved first, and
 * dropped from the queue when the execution that it went to had begun: at the next call, or when the workflow is
 * deactivated. Reservations that nobody remembers are of a call that n8n did not survive, and are taken once more.
 */

const { callMethod } = require('../panel/portal.js');
const { queuedEvent } = require('./events.js');
const { stateOf } = require('./state.js');

/**
 * @typedef {import('n8n-workflow').IWebhookFunctions} IWebhookFunctions
 * @typedef {import('./events.js').PortalEvent} PortalEvent
 * @typedef {import('../panel/portal.js').Context & {
 *   getWorkflowStaticData(type: string): object, getWorkflow(): {id?: string}}} QueueContext
 */

const QUEUE_GREW = 'ONOFFLINEEVENT';
const PAGE = 500;

/** As many as one execution should have; the rest is left for the next call, which comes as long as the queue has any. */
const MOST_AT_ONCE = 10_000;

/** Two calls at once would take each other's reservations for lost ones. @type {Map<string, Promise<unknown>>} */
const working = new Map();

/**
 * @param {IWebhookFunctions} node
 * @returns {Promise<PortalEvent[]>} What waited, oldest first.
 */
async function takeQueued(node) {
	const name = `${node.getWorkflow().id}/${node.getNode().id}`;
	const turn = (working.get(name) ?? Promise.resolve()).catch(() => undefined).then(() => take(node));
	working.set(name, turn);
	try {
		return await turn;
	} finally {
		if (working.get(name) === turn) working.delete(name);
	}
}

/**
 * @param {IWebhookFunctions} node
 * @returns {Promise<PortalEvent[]>}
 */
async function take(node) {
	const state = stateOf(node);
	await acknowledge(node);
	/** @type {Record<string, any>[]} */
	const rows = [];
	/** @type {string[]} */
	const processes = [];
	for (const process of await lostReservations(node)) {
		const found = await offlineGet(node, { process_id: process });
		rows.push(...found.events);
		processes.push(process);
	}
	while (rows.length < MOST_AT_ONCE) {
		const found = await offlineGet(node, {});
		if (!found.events.length) break;
		rows.push(...found.events);
		processes.push(found.process);
		if (found.events.length < PAGE) break;
	}
	state.handedOver = processes;
	return rows.map(queuedEvent);
}

/**
 * Drops from the queue what went into executions.
 *
 * @param {QueueContext} node
 */
async function acknowledge(node) {
	const state = stateOf(node);
	for (const process of state.handedOver ?? []) {
		await callMethod(node, { method: 'event.offline.clear', arguments: { process_id: process, auth_connector: sourceKey(node) } });
	}
	state.handedOver = [];
}

/**
 * @param {QueueContext} node
 * @param {{process_id?: string}} which Reserved before, or new.
 */
async function offlineGet(node, which) {
	const given = { clear: 0, limit: PAGE, auth_connector: sourceKey(node), ...which };
	const { result } = await callMethod(node, { method: 'event.offline.get', arguments: given });
	return { process: String(result.process_id ?? ''), events: /** @type {Record<string, any>[]} */ (result.events ?? []) };
}

/**
 * @param {QueueContext} node
 * @returns {Promise<string[]>} Numbers of work that began and was never acknowledged.
 */
async function lostReservations(node) {
	const given = { filter: { '!=PROCESS_ID': '' }, auth_connector: sourceKey(node) };
	const { result } = await callMethod(node, { method: 'event.offline.list', arguments: given });
	const rows = /** @type {Record<string, any>[]} */ (Array.isArray(result) ? result : []);
	return [...new Set(rows.map((row) => String(row.PROCESS_ID ?? '')).filter(Boolean))];
}

/**
 * The queue is divided by source keys, so each trigger has a part of its own.
 *
 * @param {QueueContext} node
 * @returns {string}
 */
function sourceKey(node) {
	const options = /** @type {Record<string, any>} */ (node.getNode().parameters.options ?? {});
	return String(options.sourceKey || `n8n-${node.getWorkflow().id}-${node.getNode().id}`);
}

module.exports = { QUEUE_GREW, acknowledge, sourceKey, takeQueued };
