// @ts-check
'use strict';

/**
 * The credential, as far as the runner may see it. Only n8n refreshes OAuth2 tokens: it holds the lock, and it stores
 * the new refresh token. The client secret and the refresh token never leave n8n.
 */

const { Failure } = require('./failure.js');
const { refreshFailure } = require('./renewal.js');

/** A token that ends sooner than this is refreshed before it is used. */
const MARGIN_MILLISECONDS = 120_000;

const RENEWABLE = 'bitrix24OAuth2Api';

/**
 * @typedef {object} Credential
 * @property {() => object} forRunner What the runner needs to sign requests.
 * @property {(progressed: boolean) => Promise<void>} renew Gets a token that the portal has not refused yet.
 */

/**
 * @param {import('n8n-workflow').IExecuteFunctions} node
 * @param {string} type
 * @returns {Promise<Credential>}
 */
async function readCredential(node, type) {
	return type === RENEWABLE ? await oauth2Credential(node) : await fixedCredential(node, type);
}

/**
 * A webhook or an access token: nothing to refresh.
 *
 * @param {import('n8n-workflow').IExecuteFunctions} node
 * @param {string} type
 * @returns {Promise<Credential>}
 */
async function fixedCredential(node, type) {
	const data = await node.getCredentials(type);
	return {
		forRunner: () => data,
		renew: async () => {
			throw new Failure(
				'Bitrix24 does not accept the access token of the credential',
				'Enter a valid one in the credential, or choose OAuth2, which renews its tokens by itself.',
			);
		},
	};
}

/**
 * @param {import('n8n-workflow').IExecuteFunctions} node
 * @returns {Promise<Credential>}
 */
async function oauth2Credential(node) {
	let token = await storedToken(node);
	let refreshed = false;
	if (endsSoon(token)) {
		await refresh(node);
		token = await storedToken(node);
	}
	return {
		forRunner: () => {
			const { client_endpoint, access_token, expires, member_id } = token.data;
			return { client_endpoint, access_token, expires, member_id, ...token.limits };
		},
		renew: async (progressed) => {
			if (progressed) refreshed = false;
			const stored = await storedToken(node);
			if (stored.data.access_token !== token.data.access_token) {
				token = stored;
				return;
			}
			if (refreshed) {
				throw new Failure(
					'Bitrix24 does not accept the access token, though it was renewed',
					'Reconnect the Bitrix24 credential, and check that the application is still installed in the portal.',
				);
			}
			refreshed = true;
			await refresh(node);
			token = await storedToken(node);
		},
	};
}

/**
 * @typedef {object} StoredToken
 * @property {Record<string, unknown>} data The token endpoint's answer, as n8n stored it.
 * @property {number} endsAt Milliseconds since 1970; 0 when n8n does not know.
 * @property {object} limits What the credential says of the portal's request limits.
 */

/**
 * n8n reads the stored credential anew at each call.
 *
 * @param {import('n8n-workflow').IExecuteFunctions} node
 * @returns {Promise<StoredToken>}
 */
async function storedToken(node) {
	const credential = await node.getCredentials(RENEWABLE);
	const data = /** @type {Record<string, unknown> | undefined} */ (credential.oauthTokenData);
	if (!data?.access_token) {
		throw new Failure('The Bitrix24 credential is not connected', 'Open the credential and choose "Connect".');
	}
	const { plan, requestsPerSecond, burst } = credential;
	const limits = { plan, requestsPerSecond, burst };
	const endsAt = data.n8n_expires_at ?? credential.n8n_expires_at ?? Number(data.expires ?? 0) * 1000;
	return { data, limits, endsAt: Number(endsAt) };
}

/**
 * @param {StoredToken} token
 * @returns {boolean}
 */
function endsSoon(token) {
	return token.endsAt > 0 && token.endsAt - Date.now() < MARGIN_MILLISECONDS;
}

/** @param {import('n8n-workflow').IExecuteFunctions} node */
async function refresh(node) {
	const failure = await node.helpers.refreshOAuth2Token.call(node, RENEWABLE).then(() => null, refreshFailure);
	if (failure) throw failure;
}

module.exports = { readCredential };
