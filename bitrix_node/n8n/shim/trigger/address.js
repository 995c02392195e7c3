// @ts-check
'use strict';

/** The address that Bitrix24 is told to call: n8n's own, with a key that proves that the caller was told it. */

const { newKey } = require('./secrets.js');
const { stateOf } = require('./state.js');

/**
 * @param {import('n8n-workflow').IHookFunctions} node
 * @returns {string} Without the key.
 */
function plainAddress(node) {
	return String(node.getNodeWebhookUrl('default'));
}

/**
 * @param {import('n8n-workflow').IHookFunctions} node
 * @returns {string} With the key; one is made when there is none.
 */
function address(node) {
	const state = stateOf(node);
	state.key ??= newKey();
	return `${plainAddress(node)}?key=${state.key}`;
}

module.exports = { address, plainAddress };
