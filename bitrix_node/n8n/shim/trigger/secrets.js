// @ts-check
'use strict';

/** What proves that a call is from Bitrix24, compared in constant time, and kept out of everything that is handed on. */

const { createHash, createHmac, timingSafeEqual } = require('crypto');

/** Names, in small letters, of what Bitrix24 adds to events so that handlers can sign calls of their own. */
const SECRET_NAMES = [
	'access_token',
	'refresh_token',
	'application_token',
	'client_secret',
	'bottoken',
	'sessid',
	'auth',
];

/**
 * @param {string} secret
 * @param {string} purpose
 * @returns {string} A key that follows from both, tells nothing of the secret, and is fit for an address.
 */
function keyFrom(secret, purpose) {
	return createHmac('sha256', secret).update(purpose).digest('hex');
}

/**
 * @param {unknown} given What the caller sent: a list when it was sent twice.
 * @param {unknown} expected
 * @returns {boolean} Whether both are the same text, and not empty.
 */
function isSame(given, expected) {
	if (typeof given !== 'string' || typeof expected !== 'string' || !expected) return false;
	return timingSafeEqual(digest(given), digest(expected));
}

/**
 * @param {any} value
 * @returns {any} A copy without tokens, however deep they stand.
 */
function withoutTokens(value) {
	if (Array.isArray(value)) return value.map(withoutTokens);
	if (typeof value !== 'object' || value === null) return value;
	const kept = Object.entries(value).filter(([name]) => !SECRET_NAMES.includes(name.toLowerCase()));
	return Object.fromEntries(kept.map(([name, entry]) => [name, withoutTokens(entry)]));
}

/**
 * @param {any} value
 * @param {string[]} secrets
 * @returns {any} A copy in whose texts the secrets are covered: links to files carry the code of the webhook.
 */
function covered(value, secrets) {
	if (typeof value === 'string') return secrets.reduce((text, secret) => text.replaceAll(secret, '***'), value);
	if (Array.isArray(value)) return value.map((entry) => covered(entry, secrets));
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, covered(entry, secrets)]));
}

/**
 * @param {string} text
 * @returns {Buffer} Of one length, whatever the text's is.
 */
function digest(text) {
	return createHash('sha256').update(text).digest();
}

module.exports = { covered, isSame, keyFrom, withoutTokens };
