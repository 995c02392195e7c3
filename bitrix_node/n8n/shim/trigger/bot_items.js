// @ts-check
'use strict';

/** What a chatbot was told, as an item whose fields go into the Chatbot actions as they are. */

const { describe, number, present } = require('./events.js');
const { passes } = require('./filters.js');
const { firstAt } = require('./paths.js');

/**
 * @param {import('n8n-workflow').IWebhookFunctions} node
 * @param {import('./plan.js').TriggerPlan} plan
 * @param {import('./events.js').PortalEvent} event
 * @returns {Record<string, any>[]} One item, or none for events that were not asked for.
 */
function botItems(node, plan, event) {
	const wanted = /** @type {string[]} */ (node.getNodeParameter('botEvents', []));
	const kind = kindOf(plan, event.code);
	if (!kind || !wanted.includes(kind)) return [];
	const fields = Object.entries(plan.botAnswers).map(([name, places]) => [name, number(firstAt(event.data, places))]);
	const { command, ...answers } = Object.fromEntries(fields);
	const item = {
		...describe(plan, event),
		kind,
		...present({ ...answers, command: typeof command === 'string' ? command.replace(/^\//, '') : command }),
	};
	const options = /** @type {Record<string, any>} */ (node.getNodeParameter('options', {}));
	return passes(options, item) ? [item] : [];
}

/**
 * @param {import('./plan.js').TriggerPlan} plan
 * @param {string} code
 * @returns {string | undefined}
 */
function kindOf(plan, code) {
	const known = Object.entries(plan.botEvents);
	return known.find(([, event]) => event.code === code || event.classicCode === code)?.[0];
}

module.exports = { botItems };
