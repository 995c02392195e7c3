// @ts-check
'use strict';

/** Fetches the records that events are about: one by its own call, many by batches. */

const { callMethod } = require('../panel/portal.js');
const { signInOf } = require('../panel/sign_ins.js');
const { idOf, knownEvent } = require('./events.js');
const { at, setAt } = require('./paths.js');
const { covered } = require('./secrets.js');

/**
 * @typedef {import('./events.js').PortalEvent} PortalEvent
 * @typedef {import('./plan.js').TriggerPlan} TriggerPlan
 * @typedef {import('../panel/portal.js').Context} Context
 *
 * @typedef {object} Fetched
 * @property {any} record Null when it could not be fetched.
 * @property {string} [recordError] Why not.
 *
 * @typedef {object} RecordCall
 * @property {string} method
 * @property {Record<string, any>} arguments
 * @property {string} answer
 */

const BATCH_SIZE = 50;

/**
 * @param {Context} node
 * @param {TriggerPlan} plan
 * @param {PortalEvent[]} events
 * @returns {Promise<(Fetched | undefined)[]>} One entry an event; none for those that have no record to fetch.
 */
async function fetchRecords(node, plan, events) {
	const calls = events.map((event) => callFor(plan, event));
	/** @type {Map<string, RecordCall>} */
	const different = new Map();
	for (const call of calls) if (call) different.set(command(call), call);
	const fetched = different.size > 1 ? await inBatches(node, different) : await singly(node, different);
	const secrets = different.size ? await secretsOf(node) : [];
	return calls.map((call) => call && covered(fetched.get(command(call)), secrets));
}

/**
 * @param {TriggerPlan} plan
 * @param {PortalEvent} event
 * @returns {RecordCall | undefined}
 */
function callFor(plan, event) {
	const source = plan.records[knownEvent(plan, event.code).record ?? ''];
	if (!source) return undefined;
	/** @type {Record<string, any>} */
	const given = { ...source.arguments };
	for (const [argument, place] of Object.entries(source.eventArguments)) {
		const value = place === 'id' ? idOf(plan, event) : at(event.data, place);
		if (value === undefined) return undefined;
		setAt(given, argument, value);
	}
	return { method: source.method, arguments: given, answer: source.answer ?? '' };
}

/**
 * @param {Context} node
 * @param {Map<string, RecordCall>} calls
 * @returns {Promise<Map<string, Fetched>>}
 */
async function singly(node, calls) {
	/** @type {Map<string, Fetched>} */
	const fetched = new Map();
	for (const [name, call] of calls) {
		try {
			fetched.set(name, recordIn((await callMethod(node, call)).result, call));
		} catch (error) {
			fetched.set(name, missing(/** @type {Error} */ (error).message));
		}
	}
	return fetched;
}

/**
 * @param {Context} node
 * @param {Map<string, RecordCall>} calls
 * @returns {Promise<Map<string, Fetched>>}
 */
async function inBatches(node, calls) {
	/** @type {Map<string, Fetched>} */
	const fetched = new Map();
	const all = [...calls];
	for (let start = 0; start < all.length; start += BATCH_SIZE) {
		const slice = all.slice(start, start + BATCH_SIZE);
		const commands = Object.fromEntries(slice.map(([name], index) => [`event${index}`, name]));
		try {
			const { result } = await callMethod(node, { method: 'batch', arguments: { halt: 0, cmd: commands } });
			slice.forEach(([name, call], index) => fetched.set(name, fromBatch(result, `event${index}`, call)));
		} catch (error) {
			for (const [name] of slice) fetched.set(name, missing(/** @type {Error} */ (error).message));
		}
	}
	return fetched;
}

/**
 * @param {any} result
 * @param {string} name
 * @param {RecordCall} call
 * @returns {Fetched}
 */
function fromBatch(result, name, call) {
	const refused = result.result_error?.[name];
	if (refused) return missing(refused.error_description || refused.error || 'Bitrix24 refused to give the record');
	return recordIn(result.result?.[name], call);
}

/**
 * @param {any} result
 * @param {RecordCall} call
 * @returns {Fetched}
 */
function recordIn(result, call) {
	const record = call.answer ? at(result, call.answer) : result;
	return record ? { record } : missing('Bitrix24 has no such record');
}

/**
 * @param {string} reason
 * @returns {Fetched}
 */
function missing(reason) {
	return { record: null, recordError: reason };
}

/**
 * @param {RecordCall} call
 * @returns {string} The call as one command of a batch.
 */
function command(call) {
	const pairs = Object.entries(call.arguments).flatMap(([name, value]) => queryPairs(name, value));
	return `${call.method}?${pairs.join('&')}`;
}

/**
 * @param {string} name
 * @param {any} value
 * @returns {string[]}
 */
function queryPairs(name, value) {
	if (typeof value === 'object' && value !== null) {
		return Object.entries(value).flatMap(([key, entry]) => queryPairs(`${name}[${key}]`, entry));
	}
	return [`${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`];
}

/**
 * @param {Context} node
 * @returns {Promise<string[]>}
 */
async function secretsOf(node) {
	const signIn = signInOf(node.getNode());
	const secrets = signIn.secrets(await node.getCredentials(signIn.credential));
	return secrets.filter((secret) => typeof secret === 'string' && secret !== '').map(String);
}

module.exports = { fetchRecords };
