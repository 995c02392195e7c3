// @ts-check
'use strict';

/**
 * Answers of the portal, kept for as long as a person fills in a panel: opening a list again, or a second list of the
 * same records, costs no call. Records that are made meanwhile show after half a minute.
 */

const { signInOf } = require('./sign_ins.js');
const { callMethod } = require('./portal.js');

const LIFETIME_MILLISECONDS = 30_000;
const MAXIMUM_ENTRIES = 200;

/** @type {Map<string, {answer: Promise<import('./portal.js').Answer>, until: number}>} Oldest first. */
const kept = new Map();

/**
 * Like `callMethod`, for methods that only read. Answers belong to the credential they were given under; failures are
 * not kept.
 *
 * @param {import('n8n-workflow').ILoadOptionsFunctions} context
 * @param {import('./portal.js').Call} call
 * @returns {Promise<import('./portal.js').Answer>}
 */
async function readMethod(context, call) {
	const node = context.getNode();
	const { credential } = signInOf(node);
	const id = node.credentials?.[credential]?.id;
	if (!id) return await callMethod(context, call);
	const key = JSON.stringify([credential, id, call.method, call.version, call.arguments]);
	const known = kept.get(key);
	if (known && known.until > Date.now()) return await known.answer;
	kept.delete(key);
	const answer = callMethod(context, call);
	kept.set(key, { answer, until: Date.now() + LIFETIME_MILLISECONDS });
	if (kept.size > MAXIMUM_ENTRIES) kept.delete(/** @type {string} */ (kept.keys().next().value));
	answer.catch(() => kept.delete(key));
	return await answer;
}

module.exports = { readMethod };
