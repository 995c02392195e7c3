// @ts-check
'use strict';

/**
 * One call of a REST method outside of a run: for what the panel shows, for credentials and for triggers. n8n signs the
 * request, and refreshes the tokens of OAuth2.
 */

const { sleep } = require('n8n-workflow');
const { Failure, thrown } = require('../failure.js');
const { readAnswer } = require('./answers.js');
const { signInOf } = require('./sign_ins.js');
const { unanswered } = require('./unanswered.js');

/**
 * @typedef {import('n8n-workflow').ILoadOptionsFunctions | import('n8n-workflow').IHookFunctions
 *   | import('n8n-workflow').IWebhookFunctions | import('n8n-workflow').IPollFunctions
 *   | import('n8n-workflow').IExecuteFunctions} Context Any context of n8n that has a node and its credentials.
 *
 * @typedef {object} Call
 * @property {string} method The REST method.
 * @property {Record<string, any>} [arguments]
 * @property {number} [version] 2, or 3 for REST 3.0.
 * @property {number} [seconds] How long to wait for the answer.
 *
 * @typedef {import('./answers.js').Answer} Answer
 */

/** Longer than a healthy portal takes for a page of rows, and not too long for a person who looks at a panel. */
const PATIENCE_SECONDS = 30;

/** The portal takes two requests a second when its burst is spent. */
const PAUSE_MILLISECONDS = 1_000;
const TRIES = 3;
const TOO_MANY_REQUESTS = 'QUERY_LIMIT_EXCEEDED';

/**
 * Calls a REST method with the credential that the node's panel has chosen.
 *
 * A call that the portal refuses because of too many requests is made again: it did not run.
 *
 * @param {Context} context
 * @param {Call} call
 * @returns {Promise<Answer>} `result`, and for lists `total` and `next`.
 * @throws {NodeApiError} When the portal refused, or did not answer as a portal does.
 * @throws {NodeOperationError} When the credential is missing or incomplete, or the portal is slow or out of reach.
 */
async function callMethod(context, call) {
	const answer = await attempt(context, call).catch(Failure.from);
	if (answer instanceof Failure) throw thrown(context, answer);
	return answer;
}

/**
 * @param {Context} context
 * @returns {Promise<string>} Address of the portal, without a trailing slash.
 * @throws {NodeOperationError} When the credential is missing or incomplete.
 */
async function portalAddress(context) {
	const found = await destination(context, signInOf(context.getNode())).catch(Failure.from);
	if (found instanceof Failure) throw thrown(context, found);
	return found.target.portal;
}

/**
 * @param {Context} context
 * @param {Call} call
 * @returns {Promise<Answer | Failure>}
 */
async function attempt(context, call) {
	const signIn = signInOf(context.getNode());
	const { target, secrets } = await destination(context, signIn);
	for (let tries = 1; ; tries += 1) {
		const answer = await send(context, signIn.credential, target, call);
		if (!(answer instanceof Failure)) return answer;
		const { code } = /** @type {{code?: string}} */ (answer.details);
		if (code !== TOO_MANY_REQUESTS || tries === TRIES) return answer.without(secrets);
		await sleep(PAUSE_MILLISECONDS * tries);
	}
}

/**
 * @param {Context} context
 * @param {import('./sign_ins.js').SignIn} signIn
 */
async function destination(context, signIn) {
	if (!context.getNode().credentials?.[signIn.credential]) {
		throw new Failure('No Bitrix24 credential is chosen', 'Choose one under Credential at the top of the panel.');
	}
	const data = await context.getCredentials(signIn.credential);
	return { target: signIn.target(data), secrets: signIn.secrets(data) };
}

/**
 * n8n refreshes a token when an answer with status 401 is an error to it; every other answer is read here.
 *
 * @param {Context} context
 * @param {string} credential
 * @param {import('./sign_ins.js').Target} target
 * @param {Call} call
 * @returns {Promise<Answer | Failure>}
 */
async function send(context, credential, target, call) {
	const { method, version = 2, seconds = PATIENCE_SECONDS } = call;
	/** @type {import('n8n-workflow').IHttpRequestOptions} */
	const request = {
		method: 'POST',
		url: version === 3 ? `${target.restV3}${method}` : `${target.rest}${method}.json`,
		body: { ...call.arguments },
		json: true,
		timeout: seconds * 1000,
		returnFullResponse: true,
		disableFollowRedirect: true,
		ignoreHttpStatusErrors: { ignore: true, except: [401] },
	};
	try {
		const response = await context.helpers.httpRequestWithAuthentication.call(context, credential, request);
		return readAnswer(response.body, response.statusCode, method);
	} catch (error) {
		return unanswered(error, { portal: target.portal, method, seconds });
	}
}

module.exports = { attempt, callMethod, portalAddress };
