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

/** As many as one execution should have; the rest is taken at the next call. */
const MOST_AT_ONCE = 10_000;

/**
 * What this process does for a trigger: calls take turns, and know what was taken here, for n8n hands a call what was
 * stored when it came in.
 *
 * @type {Map<string, {turn: Promise<unknown>, taken: Set<string>}>}
 */
const working = new Map();

/**
 * @param {IWebhookFunctions} node
 * @returns {Promise<PortalEvent[]>} What waited, oldest first.
 */
async function takeQueued(node) {
	const work = workOf(node);
	const turn = work.turn.then(() => take(node, work.taken));
	work.turn = turn.catch(() => undefined);
	return await turn;
}

/**
 * @param {IWebhookFunctions} node
 * @param {Set<string>} taken
 * @returns {Promise<PortalEvent[]>}
 */
async function take(node, taken) {
	await acknowledge(node);
	/** @type {Record<string, any>[]} */
	const rows = [];
	for (const process of await lostReservations(node, taken)) {
		rows.push(...(await offlineGet(node, { process_id: process })).events);
		taken.add(process);
	}
	while (rows.length < MOST_AT_ONCE) {
		const found = await offlineGet(node, {});
		if (!found.events.length) break;
		rows.push(...found.events);
		taken.add(found.process);
	}
	stateOf(node).handedOver = [...taken];
	return rows.map(queuedEvent);
}

/** @param {QueueContext} node */
function workOf(node) {
	const name = `${node.getWorkflow().id}/${node.getNode().id}`;
	const work = working.get(name) ?? { turn: Promise.resolve(), taken: new Set() };
	working.set(name, work);
	return work;
}

/**
 * Drops from the queue all that went into executions: what is stored, and what this process took since then, for n8n may
 * not have stored that yet.
 *
 * @param {QueueContext} node
 */
async function acknowledgeAll(node) {
	const work = workOf(node);
	await work.turn;
	const state = stateOf(node);
	state.handedOver = [...new Set([...(state.handedOver ?? []), ...work.taken])];
	await acknowledge(node);
}

/**
 * Drops from the queue what went into executions, as far as it is stored.
 *
 * @param {QueueContext} node
 */
async function acknowledge(node) {
	const state = stateOf(node);
	for (const process of state.handedOver ?? []) {
		const given = { process_id: process, auth_connector: sourceKey(node) };
		await callMethod(node, { method: 'event.offline.clear', arguments: given });
		workOf(node).taken.delete(process);
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
 * @param {Set<string>} taken What is not lost.
 * @returns {Promise<string[]>} Numbers of work that began elsewhere and was never acknowledged.
 */
async function lostReservations(node, taken) {
	const given = { filter: { '!=PROCESS_ID': '' }, auth_connector: sourceKey(node) };
	const { result } = await callMethod(node, { method: 'event.offline.list', arguments: given });
	const rows = /** @type {Record<string, any>[]} */ (Array.isArray(result) ? result : []);
	const reserved = new Set(rows.map((row) => String(row.PROCESS_ID ?? '')).filter(Boolean));
	return [...reserved].filter((process) => !taken.has(process));
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

module.exports = { QUEUE_GREW, acknowledgeAll, sourceKey, takeQueued };
