// @ts-check
'use strict';

/** What the form of a credential says when it is saved: that it works, or what is wrong with it and what to do now. */

const { Failure } = require('../failure.js');
const { readAnswer } = require('./answers.js');
const { SIGN_INS } = require('./sign_ins.js');
const { unanswered } = require('./unanswered.js');

/**
 * @typedef {object} Trial How a type of credential is tried out; the definitions of the credentials hold it.
 * @property {string} method The REST method that answers with the permissions of whoever asks.
 * @property {string} withoutPermissions What to say when there are none.
 * @property {Record<string, string>} refusals Bitrix24's error code -> what to say.
 */

const PATIENCE_SECONDS = 20;

/** Everybody has it, and it opens nothing that a workflow needs. */
const PERMISSION_OF_EVERYBODY = 'basic';

/**
 * @param {Record<string, Trial>} trials Credential type -> its trial.
 * @returns {Record<string, import('n8n-workflow').ICredentialTestFunction>} The functions that n8n asks, named by type.
 */
function credentialTests(trials) {
	return Object.fromEntries(Object.entries(trials).map(([type, trial]) => [type, testOf(type, trial)]));
}

/**
 * @param {string} type
 * @param {Trial} trial
 * @returns {import('n8n-workflow').ICredentialTestFunction}
 */
function testOf(type, trial) {
	const signIn = /** @type {import('./sign_ins.js').SignIn} */ (SIGN_INS.find((entry) => entry.credential === type));
	return async function (credential) {
		const data = credential.data ?? {};
		const failure = await tryOut(this, signIn, data, trial).catch(Failure.from);
		if (!failure) return { status: 'OK', message: 'Connection successful' };
		return { status: 'Error', message: asOneText(failure.without(signIn.secrets(data)), trial) };
	};
}

/**
 * @param {import('n8n-workflow').ICredentialTestFunctions} context
 * @param {import('./sign_ins.js').SignIn} signIn
 * @param {import('./sign_ins.js').Data} data
 * @param {Trial} trial
 * @returns {Promise<Failure | null>}
 */
async function tryOut(context, signIn, data, trial) {
	const { portal, rest } = signIn.target(data);
	const request = {
		method: 'POST',
		uri: `${rest}${trial.method}.json`,
		body: signIn.signature(data),
		json: true,
		timeout: PATIENCE_SECONDS * 1000,
		simple: false,
		followRedirect: false,
		resolveWithFullResponse: true,
	};
	const answer = await context.helpers.request(request).then(
		(/** @type {any} */ response) => readAnswer(response.body, response.statusCode, trial.method),
		(/** @type {any} */ error) => unanswered(error, { portal, method: trial.method, seconds: PATIENCE_SECONDS }),
	);
	if (answer instanceof Failure) return answer;
	return isPermitted(answer.result) ? null : new Failure(trial.withoutPermissions);
}

/**
 * @param {unknown} permissions
 * @returns {boolean}
 */
function isPermitted(permissions) {
	return Array.isArray(permissions) && permissions.some((name) => name !== PERMISSION_OF_EVERYBODY);
}

/**
 * @param {Failure} failure
 * @param {Trial} trial
 * @returns {string} The form shows one text.
 */
function asOneText(failure, trial) {
	const code = String(/** @type {{code?: string}} */ (failure.details).code ?? '').toUpperCase();
	const [, known] = Object.entries(trial.refusals).find(([refusal]) => refusal.toUpperCase() === code) ?? [];
	return known ?? [failure.message, failure.description].filter(Boolean).join('. ').replaceAll('..', '.');
}

module.exports = { credentialTests };
