// @ts-check
'use strict';

/** Whether a call is from the portal that the trigger waits for. */

const { signInOf } = require('../panel/sign_ins.js');
const { addressKey } = require('./address.js');
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
 * @returns {Promise<boolean>}
 */
async function isFromOutgoingWebhook(node, event) {
	return isSame(event.auth.application_token, node.getNodeParameter('applicationToken', ''));
}

/**
 * Events that the trigger subscribed to come to an address with a key that only the portal was told. The application's
 * token, which no method tells, is taken from the first of them (or from the panel) and asked of all others.
 *
 * @param {IWebhookFunctions} node
 * @param {PortalEvent} event
 * @returns {Promise<boolean>}
 */
async function isFromSubscription(node, event) {
	const state = stateOf(node);
	if (!isSame(queryKey(node), await addressKey(node))) return false;
	const member = await ownMember(node);
	if (member && !isSame(event.auth.member_id, member)) return false;
	const options = /** @type {Record<string, any>} */ (node.getNodeParameter('options', {}));
	const expected = options.applicationToken || state.applicationToken;
	if (expected) return isSame(event.auth.application_token, expected);
	if (typeof event.auth.application_token !== 'string' || !event.auth.application_token) return false;
	state.applicationToken = event.auth.application_token;
	return true;
}

/**
 * @param {IWebhookFunctions} node
 * @returns {Promise<unknown>} The account of the credential, which only OAuth2 tells.
 */
async function ownMember(node) {
	const { oauthTokenData } = await node.getCredentials(signInOf(node.getNode()).credential);
	return /** @type {Record<string, unknown> | undefined} */ (oauthTokenData)?.member_id;
}

/** @param {IWebhookFunctions} node */
function queryKey(node) {
	return /** @type {Record<string, unknown>} */ (node.getQueryData() ?? {}).key;
}

module.exports = { isFromOutgoingWebhook, isFromSubscription };
