// @ts-check
'use strict';

/** Subscribes the application to events with `event.bind`, each with its own call. */

const { NodeOperationError } = require('n8n-workflow');
const { Failure } = require('../failure.js');
const { callMethod } = require('../panel/portal.js');
const { signInOf } = require('../panel/sign_ins.js');
const { address, plainAddress } = require('./address.js');
const { QUEUE_GREW, acknowledgeAll, sourceKey } = require('./queue.js');
const { forget, stateOf } = require('./state.js');

/**
 * @typedef {import('n8n-workflow').IHookFunctions} IHookFunctions
 *
 * @typedef {object} Handler One row of `event.get`.
 * @property {string} event
 * @property {string} handler
 * @property {string | number} auth_type
 * @property {string | number} offline
 *
 * @typedef {object} Wanted
 * @property {string} event
 * @property {boolean} offline
 */

const ALREADY = /already/i;
const CODE = /^[A-Z0-9_.]+$/;

/**
 * @param {IHookFunctions} node
 * @returns {Promise<boolean>} Whether the application hears of exactly what the panel says, at this address.
 */
async function exists(node) {
	const wanted = wantedEvents(node);
	if (String(stateOf(node).queued ?? []) !== String(queuedEvents(node))) return false;
	const own = await ownHandlers(node, await handlers(node));
	return wanted.every((entry) => own.some((row) => isOf(row, entry))) && own.every((row) => isWanted(row, wanted));
}

/** @param {IHookFunctions} node */
async function create(node) {
	const state = stateOf(node);
	forget(state, ['handedOver']);
	state.isTest = node.getActivationMode() === 'manual';
	const wanted = wantedEvents(node);
	requireEvents(node, wanted);
	const all = await handlers(node);
	const here = await address(node);
	for (const row of all) if (isStray(node, row, wanted, here)) await unbind(node, row.event, row.handler, false);
	const own = await ownHandlers(node, all);
	for (const entry of wanted) if (entry.offline || !own.some((row) => isOf(row, entry))) await bind(node, entry);
	state.queued = queuedEvents(node);
}

/** @param {IHookFunctions} node */
async function remove(node) {
	const own = await ownHandlers(node, await handlers(node));
	if (own.some((row) => Number(row.offline))) await acknowledgeAll(node);
	const here = await address(node);
	for (const row of own) await unbind(node, row.event, row.handler || here, Boolean(Number(row.offline)));
	forget(stateOf(node));
}

/**
 * @param {IHookFunctions} node
 * @returns {Wanted[]}
 */
function wantedEvents(node) {
	const listed = /** @type {string[]} */ (node.getNodeParameter('events', []));
	const others = String(options(node).otherEvents ?? '').split(',');
	const codes = [...new Set([...listed, ...others].map((code) => code.trim().toUpperCase()).filter(Boolean))];
	const offline = isQueued(node);
	const wanted = codes.map((event) => ({ event, offline }));
	return offline && wanted.length ? [...wanted, { event: QUEUE_GREW, offline: false }] : wanted;
}

/**
 * @param {IHookFunctions} node
 * @param {Wanted[]} wanted
 */
function requireEvents(node, wanted) {
	if (signInOf(node.getNode()).authentication !== 'oAuth2') {
		throw new NodeOperationError(node.getNode(), 'App events need an OAuth2 credential', {
			description: 'Only applications may subscribe to events. Choose an OAuth2 credential, or another way under \'Trigger On\'.',
		});
	}
	if (!wanted.length) {
		throw new NodeOperationError(node.getNode(), "No event is chosen under 'Events'", {
			description: "Choose at least one, or give its code under 'Other Events' in the options.",
		});
	}
	const wrong = wanted.find(({ event }) => !CODE.test(event));
	if (wrong) {
		throw new NodeOperationError(node.getNode(), `'${wrong.event}' is no code of an event`, {
			description: "Codes under 'Other Events' look like ONCRMDEALADD and are separated by commas.",
		});
	}
}

/**
 * @param {IHookFunctions} node
 * @param {Wanted} wanted
 */
async function bind(node, { event, offline }) {
	/** @type {Record<string, any>} */
	const given = { event, handler: await address(node) };
	if (offline) Object.assign(given, { event_type: 'offline', auth_connector: sourceKey(node) });
	if (event === QUEUE_GREW) given.options = { minTimeout: Number(options(node).queueInterval ?? 5) };
	const failure = await callMethod(node, { method: 'event.bind', arguments: given }).then(() => null, Failure.from);
	if (failure && !(offline && ALREADY.test(failure.message))) throw notBound(node, event, failure);
}

/**
 * @param {IHookFunctions} node
 * @param {string} event
 * @param {Failure} failure
 */
function notBound(node, event, failure) {
	return new NodeOperationError(node.getNode(), `Bitrix24 did not subscribe to ${event}: ${failure.message}`, {
		description: `${failure.description} Check the code, and that the application has the permission that the event needs.`.trim(),
	});
}

/**
 * @param {IHookFunctions} node
 * @param {string} event
 * @param {string} handler
 * @param {boolean} offline
 */
async function unbind(node, event, handler, offline) {
	const given = { event, handler, ...(offline ? { event_type: 'offline' } : {}) };
	await callMethod(node, { method: 'event.unbind', arguments: given });
}

/**
 * @param {IHookFunctions} node
 * @param {Handler} row
 * @param {Wanted[]} wanted
 * @param {string} here Address with the key of today.
 * @returns {boolean} Whether it is of this address, but carries an older key or hears of what is not wanted any more.
 */
function isStray(node, row, wanted, here) {
	if (Number(row.offline) || String(row.handler).split('?')[0] !== plainAddress(node)) return false;
	return row.handler !== here || !isWanted(row, wanted);
}

/**
 * @param {IHookFunctions} node
 * @returns {Promise<Handler[]>}
 */
async function handlers(node) {
	const { result } = await callMethod(node, { method: 'event.get' });
	return Array.isArray(result) ? result : [];
}

/**
 * @param {IHookFunctions} node
 * @param {Handler[]} all
 * @returns {Promise<Handler[]>} Those of this trigger. Rows of the queue name no address and no source key, so those of
 *   its events are taken for its own.
 */
async function ownHandlers(node, all) {
	const queued = queuedEvents(node);
	const here = await address(node);
	return all.filter((row) => (Number(row.offline) ? queued.includes(row.event.toUpperCase()) : row.handler === here));
}

/**
 * @param {Handler} handler
 * @param {Wanted} wanted
 */
function isOf(handler, wanted) {
	return handler.event.toUpperCase() === wanted.event && Boolean(Number(handler.offline)) === wanted.offline;
}

/**
 * @param {Handler} handler
 * @param {Wanted[]} wanted
 */
function isWanted(handler, wanted) {
	return wanted.some((entry) => isOf(handler, entry));
}

/**
 * @param {IHookFunctions} node
 * @returns {boolean} Never for a person who tries the trigger out: the queue may be that of the active workflow.
 */
function isQueued(node) {
	return Boolean(options(node).queue) && !stateOf(node).isTest;
}

/**
 * @param {IHookFunctions} node
 * @returns {string[]}
 */
function queuedEvents(node) {
	return wantedEvents(node).filter(({ offline }) => offline).map(({ event }) => event);
}

/**
 * @param {IHookFunctions} node
 * @returns {Record<string, any>}
 */
function options(node) {
	return /** @type {Record<string, any>} */ (node.getNodeParameter('options', {}));
}

module.exports = { create, exists, remove };
