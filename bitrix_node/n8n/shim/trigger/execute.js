// @ts-check
'use strict';

/**
 * The trigger's own step in a run. Without it n8n would, in a test run, poll a node that has a `poll` instead of handing
 * on the event that was received.
 */

const { poll } = require('./poll.js');

/**
 * @param {import('n8n-workflow').IExecuteFunctions} node
 * @param {import('./plan.js').TriggerPlan} plan
 * @returns {Promise<import('n8n-workflow').INodeExecutionData[][]>} What the trigger was started with; what a poll finds
 *   when a person tries a polling trigger out.
 */
async function execute(node, plan) {
	const polls = plan.polls.includes(String(node.getNodeParameter('triggerOn', 0)));
	if (!polls || node.getMode() !== 'manual') return [node.getInputData()];
	return (await poll(asPollFunctions(node), plan.polling)) ?? [];
}

/**
 * @param {import('n8n-workflow').IExecuteFunctions} node
 * @returns {import('n8n-workflow').IPollFunctions} The same context, whose parameters are asked for without an item.
 */
function asPollFunctions(node) {
	return Object.create(node, {
		getNodeParameter: {
			value: (/** @type {string} */ name, /** @type {any} */ fallback, /** @type {any} */ options) =>
				node.getNodeParameter(name, 0, fallback, options),
		},
	});
}

module.exports = { execute };
