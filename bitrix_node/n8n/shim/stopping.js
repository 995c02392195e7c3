// @ts-check
'use strict';

/** A stopped execution must not send anything more, neither now nor when a runner that was busy becomes free. */

const { Failure } = require('./failure.js');

/**
 * @template T
 * @param {import('n8n-workflow').IExecuteFunctions} node
 * @param {() => Promise<T>} work
 * @param {() => void} [withdraw] Takes back what the work has asked for.
 * @returns {Promise<T>}
 * @throws {Failure} When n8n stops the execution, or has stopped it.
 */
async function unlessStopped(node, work, withdraw = () => {}) {
	const signal = node.getExecutionCancelSignal();
	if (signal?.aborted) throw stopped();
	if (!signal) return await work();
	/** @type {() => void} */
	let stop = () => {};
	/** @type {Promise<never>} */
	const stopping = new Promise((_, reject) => {
		stop = () => {
			withdraw();
			reject(stopped());
		};
	});
	signal.addEventListener('abort', stop);
	try {
		return await Promise.race([stopping, work()]);
	} finally {
		signal.removeEventListener('abort', stop);
	}
}

/** @returns {Failure} What a stopped execution ends with. */
function stopped() {
	return new Failure('The execution was stopped', 'What was sent before may have been carried out: check in Bitrix24.', {
		code: 'STOPPED',
	});
}

module.exports = { stopped, unlessStopped };
