// @ts-check
'use strict';

/** The three ways to sign in: which credential each one needs, and where calls under it go. */

const { Failure } = require('../failure.js');

/**
 * @typedef {Record<string, any>} Data A credential's fields.
 *
 * @typedef {object} SignIn One way to sign in.
 * @property {string} authentication Its value in the node's panel.
 * @property {string} credential The credential type that it needs.
 * @property {(data: Data) => Target} target Where calls go.
 * @property {(data: Data) => Record<string, unknown>} signature Arguments that sign a call while n8n does not: it
 *   tries credentials out before it has stored them.
 * @property {(data: Data) => unknown[]} secrets Texts that may never be shown.
 *
 * @typedef {object} Target
 * @property {string} portal Address of the portal, without a trailing slash.
 * @property {string} rest Address that methods of REST 2 are appended to.
 * @property {string} restV3 The same for REST 3.0.
 */

const CLOUD_PORTAL = /^(https?:\/\/[^/]+\.bitrix24\.[a-z]+(?:\.[a-z]+)?(?::\d+)?)(?:\/.*)?$/i;
const OWN_PORTAL = /^(https?:\/\/[^/\s]+(?:\/(?!rest(?:\/|$))[^/\s]+)*)\/?(?:rest(?:\/.*)?)?$/i;
const WEBHOOK = /^(https?:\/\/[^/\s]+(?:\/[^/\s]+)*?)\/rest\/(?:api\/)?(\d+)\/([\w-]+)(?:\/.*)?$/i;

/** @type {SignIn[]} */
const SIGN_INS = [
	{
		authentication: 'oAuth2',
		credential: 'bitrix24OAuth2Api',
		target: connectedPortal,
		signature: (data) => ({ auth: data.oauthTokenData?.access_token }),
		secrets: oauth2Secrets,
	},
	{
		authentication: 'apiKey',
		credential: 'bitrix24Api',
		target: (data) => portalTarget(data.portalUrl),
		signature: (data) => ({ auth: data.accessToken }),
		secrets: (data) => [data.accessToken],
	},
	{
		authentication: 'webhook',
		credential: 'bitrix24WebhookApi',
		target: webhookTarget,
		signature: () => ({}),
		secrets: webhookSecrets,
	},
];

/**
 * @param {import('n8n-workflow').INode} node
 * @returns {SignIn} The way to sign in that its panel chose, or else the one that it has a credential for.
 */
function signInOf(node) {
	const chosen = SIGN_INS.find((entry) => entry.authentication === node.parameters.authentication);
	return chosen ?? SIGN_INS.find((entry) => node.credentials?.[entry.credential]) ?? SIGN_INS[0];
}

/**
 * @param {Data} data
 * @returns {Target}
 */
function connectedPortal(data) {
	const address = data.oauthTokenData?.client_endpoint;
	if (!address) {
		throw new Failure('The Bitrix24 credential is not connected', 'Open the credential and choose "Connect".');
	}
	return portalTarget(address);
}

/**
 * @param {unknown} text
 * @returns {Target}
 */
function portalTarget(text) {
	const address = withScheme(text);
	const portal = (CLOUD_PORTAL.exec(address) ?? OWN_PORTAL.exec(address))?.[1];
	if (!portal) {
		throw new Failure(
			"The credential's portal address is not an address",
			'It should look like https://example.bitrix24.com, or be the address of your own server.',
		);
	}
	return { portal, rest: `${portal}/rest/`, restV3: `${portal}/rest/api/` };
}

/**
 * @param {Data} data
 * @returns {Target}
 */
function webhookTarget(data) {
	const [, portal, user, code] = WEBHOOK.exec(withScheme(data.webhookSecret)) ?? [];
	if (!code) {
		throw new Failure(
			'The webhook URL has no /rest/USER/CODE/ in it',
			'It should look like https://example.bitrix24.com/rest/1/s3cr3tc0de/ (copy it from Bitrix24 as a whole).',
		);
	}
	return { portal, rest: `${portal}/rest/${user}/${code}/`, restV3: `${portal}/rest/api/${user}/${code}/` };
}

/**
 * @param {Data} data
 * @returns {unknown[]}
 */
function oauth2Secrets(data) {
	return [data.clientSecret, data.oauthTokenData?.access_token, data.oauthTokenData?.refresh_token];
}

/**
 * @param {Data} data
 * @returns {unknown[]}
 */
function webhookSecrets(data) {
	return [WEBHOOK.exec(withScheme(data.webhookSecret))?.[3]];
}

/**
 * @param {unknown} text
 * @returns {string}
 */
function withScheme(text) {
	const address = String(text ?? '').trim();
	return address.includes('://') ? address : `https://${address}`;
}

module.exports = { SIGN_INS, signInOf };
