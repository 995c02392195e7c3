// @ts-check
'use strict';

/**
 * Polling as one of several modes. n8n shows poll times only in nodes that do nothing but poll, so this node has its own
 * field for them; and n8n polls once whenever a workflow is activated, whatever the mode.
 */

const { cronNodeOptions } = require('n8n-workflow');
const { poll } = require('./poll.js');

/**
 * @param {any} description The trigger's description, as generated.
 * @returns {import('n8n-workflow').INodeTypeDescription} The same with n8n's own choices of poll times.
 */
function withPollTimes(description) {
	const properties = description.properties.map((/** @type {any} */ property) =>
		property.name === 'pollTimes' && property.type === 'fixedCollection' ? { ...property, options: cronNodeOptions } : property,
	);
	return { ...description, properties };
}

/**
 * @param {import('n8n-workflow').IPollFunctions} node
 * @param {import('./plan.js').TriggerPlan} plan
 * @returns {Promise<import('n8n-workflow').INodeExecutionData[][] | null>} Nothing in modes that wait to be called.
 */
async function pollInItsMode(node, plan) {
	return plan.polls.includes(String(node.getNodeParameter('triggerOn'))) ? await poll(node, plan.polling) : null;
}

module.exports = { pollInItsMode, withPollTimes };
