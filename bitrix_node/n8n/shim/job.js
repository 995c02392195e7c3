// @ts-check
'use strict';

/** One job for the runner, and clear words for what can happen to it on the way. */

const { Failure } = require('./failure.js');

/**
 * @typedef {object} JobResult
 * @property {any[]} items Finished items.
 * @property {number[]} remaining Items that were not begun.
 * @property {'token' | 'deadline' | null} reason Why items remain.
 * @property {object | null} failure What stopped the run.
 */

/** The type that the runner registers at n8n's task broker. */
const TASK_TYPE = 'bitrix24';

const START_RUNNER =
	'Start it with `bitrix-node runner`, with N8N_RUNNERS_TASK_BROKER_URI set to the address of the task broker of n8n ' +
	'(e.g. http://127.0.0.1:5679) and N8N_RUNNERS_AUTH_TOKEN set to the same value as for n8n.';

/** Before a job reached the runner: nothing has been sent to Bitrix24. */
const NOT_STARTED = [
	{ text: /request timed out/i, message: 'The Bitrix24 runner is not connected', description: START_RUNNER },
	{ text: /not connected|not registered|no .*runner/i, message: 'The Bitrix24 runner is not connected', description: START_RUNNER },
	{ text: /is not a function/, message: 'This n8n cannot start jobs for runners', description: 'The Bitrix24 node needs n8n 2 or newer with task runners enabled.' },
];

/** After the runner had taken it: Bitrix24 may have been changed. */
const LOST = [
	{ text: /timed out after/i, message: 'The Bitrix24 runner took longer than n8n allows', description: 'Raise N8N_RUNNERS_TASK_TIMEOUT for n8n and for the runner, or send fewer items at once.' },
	{ text: /cancelled/i, message: 'The run was cancelled', description: '' },
	{ text: /shutting down/i, message: 'n8n was shut down while the Bitrix24 runner was working', description: 'Run the workflow again once n8n is up.' },
	{ text: /unreachable|unresponsive|node execution failed|out of memory/i, message: 'The connection to the Bitrix24 runner was lost', description: 'Look at what the runner printed, and start it again with `bitrix-node runner`.' },
	{ text: /interrupted while|not finished within|not prepared for|stopped before/i, message: '', description: '' },
];

const CHECK_FIRST = 'What was already sent may have been carried out: check in Bitrix24 before running these items again.';

/**
 * @param {import('n8n-workflow').IExecuteFunctions} node
 * @param {object} settings
 * @param {boolean} writes Whether the operation changes anything in the portal.
 * @returns {Promise<JobResult | Failure>} What the runner answered, or what became of the job.
 * @throws {Failure} When no runner took the job: nothing has been sent, and the next job would fare no better.
 */
async function startJob(node, settings, writes) {
	const answer = await node.startJob(TASK_TYPE, settings, 0).catch(notStarted);
	if (answer instanceof Failure) throw answer;
	return answer.ok ? /** @type {JobResult} */ (answer.result) : lost(answer.error, writes);
}

/**
 * @param {any} error
 * @returns {Failure}
 */
function notStarted(error) {
	const text = String(error?.message ?? error);
	const known = NOT_STARTED.find((row) => row.text.test(text)) ?? { message: text, description: START_RUNNER };
	return new Failure(known.message, known.description, { code: 'RUNNER_NOT_CONNECTED', retryable: true });
}

/**
 * @param {any} error From the broker, or from the runner, whose own errors say what to do.
 * @param {boolean} writes
 * @returns {Failure}
 */
function lost(error, writes) {
	const text = String(error?.message ?? error);
	const known = LOST.find((row) => row.text.test(text));
	if (!known && error?.description) return new Failure(text, error.description, { code: 'RUNNER_FAILED' });
	const message = known ? known.message || text : `The Bitrix24 runner stopped (${text})`;
	const advice = known?.description || error?.description || '';
	if (!writes) return new Failure(message, advice, { code: 'RUNNER_LOST', retryable: true });
	const description = advice.includes('check in Bitrix24') ? advice : `${CHECK_FIRST} ${advice}`.trim();
	return new Failure(`${message}: outcome unknown`, description, { code: 'OUTCOME_UNKNOWN', retryable: false });
}

module.exports = { startJob };
