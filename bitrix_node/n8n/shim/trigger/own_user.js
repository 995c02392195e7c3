// @ts-check
'use strict';

/** The user of the credential, and who caused an event: asked for once, then remembered. */

const { callMethod } = require('../panel/portal.js');
const { address } = require('./address.js');
const { stateOf } = require('./state.js');

/** @typedef {import('n8n-workflow').IWebhookFunctions} IWebhookFunctions */

/**
 * @param {IWebhookFunctions} node
 * @returns {Promise<string>} The number of the user whose rights the credential has.
 */
async function ownUser(node) {
	const state = stateOf(node);
	state.userId ??= String((await callMethod(node, { method: 'profile' })).result.ID);
	return state.userId;
}

/**
 * Events come with the user who caused them, unless their handler was bound to one user: to that of everybody who is
 * no administrator.
 *
 * @param {IWebhookFunctions} node
 * @param {import('./events.js').PortalEvent} event
 * @returns {Promise<string>} The number of the user, or nothing where the event does not tell.
 */
async function causedBy(node, event) {
	if (!event.auth.access_token || !event.auth.user_id) return '';
	const state = stateOf(node);
	state.tellsWho ??= await isBoundToNobody(node);
	return state.tellsWho ? String(event.auth.user_id) : '';
}

/** @param {IWebhookFunctions} node */
async function isBoundToNobody(node) {
	const here = await address(node);
	const { result } = await callMethod(node, { method: 'event.get' });
	const rows = /** @type {Record<string, any>[]} */ (Array.isArray(result) ? result : []);
	const own = rows.filter((row) => row.handler === here);
	return own.length > 0 && own.every((row) => Number(row.auth_type) === 0);
}

module.exports = { causedBy, ownUser };
