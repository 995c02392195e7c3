// @ts-check
'use strict';

/**
 * Whether a runner is there. n8n lets a job wait for a minute before it says that nobody takes it, and says so of a
 * busy runner too. So the runner is asked first, by a task that it takes however busy it is. Who is not answered asks by
 * a job with nothing to do as well: n8n's launcher starts a runner for jobs only.
 */

const { sleep } = require('n8n-workflow');
const { Failure } = require('./failure.js');

/**
 * @typedef {object} Runner What the runner tells of itself.
 * @property {number} [maxPayload] Bytes that it takes in one message.
 */

/** The types that the runner registers at n8n's task broker. */
const TASK_TYPE = 'bitrix24';
const PRESENCE_TYPE = 'bitrix24:presence';

/** Much longer than a runner that is connected needs. */
const HESITATION_MILLISECONDS = 500;

/** Enough for a runner that the launcher starts first, or that is on its way back to an n8n just started. */
const PATIENCE_MILLISECONDS = 15_000;

/** How long an answer holds. That a runner has left meanwhile takes n8n its minute to notice. */
const REMEMBERED_MILLISECONDS = 3_000;

const START_RUNNER =
	'Start it with `bitrix-node runner`, with N8N_RUNNERS_TASK_BROKER_URI set to the address of the task broker of n8n ' +
	'(e.g. http://127.0.0.1:5679) and N8N_RUNNERS_AUTH_TOKEN set to the same value as for n8n. In queue mode each worker needs a runner.';

/** Settings of a task that the runner answers without doing anything. */
const PROBE = Object.freeze({ probe: true });

/** @type {{at: number, runner: Runner}} */
let known = { at: 0, runner: {} };

/**
 * @param {import('n8n-workflow').IExecuteFunctions} node
 * @returns {Promise<Runner>}
 * @throws {Failure} When no runner has answered.
 */
async function findRunner(node) {
	if (Date.now() - known.at < REMEMBERED_MILLISECONDS) return known.runner;
	const runner = await Promise.race([anyRunner(node).catch(nobody), sleep(PATIENCE_MILLISECONDS)]);
	if (!runner) throw notConnected();
	known = { at: Date.now(), runner };
	return runner;
}

/**
 * @param {import('n8n-workflow').IExecuteFunctions} node
 * @returns {Promise<Runner>}
 */
async function anyRunner(node) {
	const presence = ask(node, PRESENCE_TYPE);
	const connected = await Promise.race([presence.catch(() => undefined), sleep(HESITATION_MILLISECONDS)]);
	return connected ?? (await Promise.any([presence, ask(node, TASK_TYPE)]));
}

/**
 * @param {import('n8n-workflow').IExecuteFunctions} node
 * @param {string} type
 * @returns {Promise<Runner>}
 */
async function ask(node, type) {
	const answer = await node.startJob(type, PROBE, 0);
	// A runner of an older release refuses the question, and is there all the same.
	return answer.ok ? /** @type {Runner} */ (answer.result ?? {}) : {};
}

/**
 * @param {AggregateError} refusals
 * @returns {undefined} When n8n has waited in vain for both.
 * @throws {Failure} When this n8n has no task broker.
 */
function nobody(refusals) {
	if (!refusals.errors.some((error) => /is not a function/.test(String(error?.message)))) return undefined;
	throw new Failure('This n8n cannot start jobs for runners', 'The Bitrix24 node needs n8n 2 or newer with task runners enabled.', {
		code: 'RUNNER_NOT_CONNECTED',
	});
}

/** Has the runner asked anew before the next job. */
function forgetRunner() {
	known = { at: 0, runner: {} };
}

/** @returns {Failure} */
function notConnected() {
	return new Failure('The Bitrix24 runner is not connected', START_RUNNER, { code: 'RUNNER_NOT_CONNECTED', retryable: true });
}

module.exports = { PROBE, TASK_TYPE, findRunner, forgetRunner };
