// @ts-check
'use strict';

/**
 * The address that Bitrix24 is told to call: n8n's own, with a key that proves that the caller was told it. The key
 * follows from the credential, so it is known before n8n has stored anything, and after it has lost everything.
 */

const { signInOf } = require('../panel/sign_ins.js');
const { keyFrom } = require('./secrets.js');

/**
 * @typedef {import('n8n-workflow').IHookFunctions} IHookFunctions
 * @typedef {import('n8n-workflow').IWebhookFunctions} IWebhookFunctions
 */

/**
 * @param {IHookFunctions | IWebhookFunctions} node
 * @returns {string} Without the key.
 */
function plainAddress(node) {
	return String(node.getNodeWebhookUrl('default'));
}

/**
 * @param {IHookFunctions | IWebhookFunctions} node
 * @returns {Promise<string>} With the key.
 */
async function address(node) {
	return `${plainAddress(node)}?key=${await addressKey(node)}`;
}

/**
 * @param {IHookFunctions | IWebhookFunctions} node
 * @returns {Promise<string>}
 */
async function addressKey(node) {
	const signIn = signInOf(node.getNode());
	const [secret] = signIn.secrets(await node.getCredentials(signIn.credential));
	return keyFrom(String(secret ?? ''), `${node.getWorkflow().id}/${node.getNode().id}`);
}

module.exports = { address, addressKey, plainAddress };
