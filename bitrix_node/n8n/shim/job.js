// @ts-check
'use strict';

/** One job for the runner, and clear words for what can happen to it on the way. */

const { Failure } = require('./failure.js');
const { PROBE, TASK_TYPE, findRunner, forgetRunner } = require('./presence.js');
const { stopped, unlessStopped } = require('./stopping.js');

/**
 * @typedef {object} JobResult
 * @property {any[]} items Finished items.
 * @property {number[]} remaining Items that were not begun.
 * @property {'token' | 'deadline' | null} reason Why items remain.
 * @property {object | null} failure What stopped the run.
 */

/** n8n has waited for its time, or is shutting down: nobody has taken the job. */
const NOT_TAKEN = /request timed out/i;

/** After the runner had taken it: Bitrix24 may have been changed. */
const LOST = [
	{ text: /timed out after/i, message: 'The Bitrix24 runner took longer than n8n allows', description: 'Raise N8N_RUNNERS_TASK_TIMEOUT for n8n and for the runner, or send fewer items at once.' },
	{ text: /shutting down/i, message: 'n8n was shut down while the Bitrix24 runner was working', description: 'Run the workflow again once n8n is up.' },
	{ text: /unreachable|unresponsive|node execution failed|out of memory/i, message: 'The connection to the Bitrix24 runner was lost', description: 'Look at what the runner printed, and start it again with `bitrix-node runner`.' },
	{ text: /interrupted while|not finished within|not prepared for|stopped before/i, message: '', description: '' },
	{ text: /cannot be sent/i, message: '', description: '', final: true },
];

const CHECK_FIRST = 'What was already sent may have been carried out: check in Bitrix24 before running these items again.';

/**
 * @param {import('n8n-workflow').IExecuteFunctions} node
 * @param {Record<string, unknown>} settings
 * @param {boolean} writes Whether the operation changes anything in the portal.
 * @returns {Promise<JobResult | Failure>} What the runner answered, or what became of the job.
 * @throws {Failure} When no runner took the job: nothing has been sent, and the next job would fare no better.
 */
async function startJob(node, settings, writes) {
	const answer = await unlessStopped(
		node,
		() => submit(node, settings),
		() => withdraw(settings),
	);
	if (answer.ok) return /** @type {JobResult} */ (answer.result);
	forgetRunner();
	const text = textOf(answer.error);
	if (/task cancelled/i.test(text)) throw stopped();
	return lost(text, answer.error, writes);
}

/**
 * Submits a job until a runner takes it: as long as one is there, it will have a free slot sooner or later.
 *
 * @param {import('n8n-workflow').IExecuteFunctions} node
 * @param {Record<string, unknown>} settings
 * @returns {ReturnType<import('n8n-workflow').IExecuteFunctions['startJob']>}
 */
async function submit(node, settings) {
	for (;;) {
		await findRunner(node);
		try {
			return await node.startJob(TASK_TYPE, settings, 0);
		} catch (error) {
			forgetRunner();
			const text = textOf(error);
			if (!NOT_TAKEN.test(text)) throw new Failure(text, '', { code: 'RUNNER_NOT_CONNECTED', retryable: true });
		}
	}
}

/**
 * n8n keeps the settings until a runner takes the job. It shall find nothing to do then.
 *
 * @param {Record<string, unknown>} settings
 */
function withdraw(settings) {
	for (const key of Object.keys(settings)) delete settings[key];
	Object.assign(settings, PROBE);
}

/**
 * @param {any} error
 * @returns {string}
 */
function textOf(error) {
	return String(error?.message ?? error);
}

/**
 * @param {string} text
 * @param {any} error From the broker, or from the runner, whose own errors say what to do.
 * @param {boolean} writes
 * @returns {Failure}
 */
function lost(text, error, writes) {
	const known = LOST.find((row) => row.text.test(text));
	if (!known && error?.description) return new Failure(text, error.description, { code: 'RUNNER_FAILED' });
	const message = known ? known.message || text : `The Bitrix24 runner stopped (${text})`;
	const advice = known?.description || error?.description || '';
	if (!writes) return new Failure(message, advice, { code: 'RUNNER_LOST', retryable: !known?.final });
	const description = advice.includes('check in Bitrix24') ? advice : `${CHECK_FIRST} ${advice}`.trim();
	return new Failure(`${message}: outcome unknown`, description, { code: 'OUTCOME_UNKNOWN', retryable: false });
}

module.exports = { startJob };
