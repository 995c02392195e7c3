// @ts-check
'use strict';

/** Whether a call is from the portal that the trigger waits for. */

const { isSame } = require('./secrets.js');
const { stateOf } = require('./state.js');

/**
 * @typedef {import('n8n-workflow').IWebhookFunctions} IWebhookFunctions
 * @typedef {import('./events.js').PortalEvent} PortalEvent
 */

/**
 * An outgoing webhook proves itself by its application token, which a person copied into the panel.
 *
 * @param {IWebhookFunctions} node
 * @param {PortalEvent} event
 * @returns {boolean}
 */
function isFromOutgoingWebhook(node, event) {
	return isSame(event.auth.application_token, node.getNodeParameter('applicationToken', ''));
}

/**
 * Events that the trigger subscribed to come to an address with a key that only the portal was told. The application's
 * token, which no method tells, is taken from the first of them (or from the panel) and asked of all others.
 *
 * @param {IWebhookFunctions} node
 * @param {PortalEvent} event
 * @returns {boolean}
 */
function isFromSubscription(node, event) {
	const state = stateOf(node);
	if (!isSame(queryKey(node), state.key)) return false;
	if (state.memberId && !isSame(event.auth.member_id, state.memberId)) return false;
	const options = /** @type {Record<string, any>} */ (node.getNodeParameter('options', {}));
	const expected = options.applicationToken || state.applicationToken;
	if (expected) return isSame(event.auth.application_token, expected);
	if (typeof event.auth.application_token !== 'string' || !event.auth.application_token) return false;
	state.applicationToken = event.auth.application_token;
	return true;
}

/** @param {IWebhookFunctions} node */
function queryKey(node) {
	return /** @type {Record<string, unknown>} */ (node.getQueryData() ?? {}).key;
}

module.exports = { isFromOutgoingWebhook, isFromSubscription };
