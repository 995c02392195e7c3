// @ts-check
'use strict';

/** What it means when n8n could not renew the token of an OAuth2 credential. Only the OAuth server's own words count. */

const { Failure } = require('./failure.js');

/** How n8n marks that the refresh token was refused: only a person can connect the account again. */
const REFUSED_FOR_GOOD = 'credential-invalid';

const RECONNECT = 'Open the credential and connect the account again ("Switch account" or "Reconnect").';

/** The OAuth server's error codes, what they say of the credential, and what to do. */
const REFUSALS = [
	{
		codes: ['invalid_grant'],
		message: 'The Bitrix24 credential needs to be reconnected: Bitrix24 refused to renew its access',
		advice: RECONNECT,
	},
	{
		codes: ['invalid_client', 'wrong_client', 'unauthorized_client'],
		message: 'Bitrix24 does not know the application of the credential',
		advice: `Compare Client ID and Client Secret with the application in Bitrix24, and check that it is still installed. ${RECONNECT}`,
	},
	{
		codes: ['PAYMENT_REQUIRED'],
		message: 'Bitrix24 does not renew the access: the plan of the portal or the subscription to the application has ended',
		advice: 'Renew it in Bitrix24, and run the workflow again.',
	},
];

/**
 * @param {any} error What n8n threw: the failure of a refresh, or one that was caused by it, or another error.
 * @returns {Failure | null} null for other errors.
 */
function notRenewed(error) {
	for (const cause of [error, error?.cause]) {
		if (cause?.failure?.cause === REFUSED_FOR_GOOD) {
			return new Failure(cause.message, `Bitrix24 refused to renew the access. ${RECONNECT}`, { code: 'invalid_grant' });
		}
		if (cause?.code === 'EAUTH') return refusal(String(cause.body?.error ?? ''), cause.message);
		if (cause?.code === 'ESTATUS') return unreadable();
	}
	return null;
}

/**
 * @param {any} error What n8n threw when it was asked for a fresh token and for nothing else.
 * @returns {Failure}
 */
function refreshFailure(error) {
	const known = notRenewed(error);
	if (known) return known;
	const code = String(error?.cause?.code ?? error?.code ?? '');
	return code ? unreadable(code) : Failure.from(error);
}

/**
 * @param {string} code
 * @param {string} said
 * @returns {Failure}
 */
function refusal(code, said) {
	const row = REFUSALS.find((entry) => entry.codes.includes(code));
	if (row) return new Failure(row.message, row.advice, { code });
	return new Failure(`Bitrix24 did not renew the access (${said || code})`, RECONNECT, { code });
}

/**
 * @param {string} [code]
 * @returns {Failure}
 */
function unreadable(code = '') {
	return new Failure(
		'The OAuth server of Bitrix24 did not give a fresh access token',
		`Run the workflow again in a moment. If it goes on, choose the other OAuth Server in the credential, and check that n8n can reach it${code && ` (${code})`}.`,
		{ code: 'OAUTH_SERVER', retryable: true },
	);
}

module.exports = { notRenewed, refreshFailure };
