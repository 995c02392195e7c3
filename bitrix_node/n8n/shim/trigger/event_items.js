// @ts-check
'use strict';

/** Events as items of the workflow: with their records, without those of no interest. */

const { describe, knownEvent } = require('./events.js');
const { passes } = require('./filters.js');
const { causedBy, ownUser } = require('./own_user.js');
const { fetchRecords } = require('./records.js');

/**
 * @typedef {import('n8n-workflow').IWebhookFunctions} IWebhookFunctions
 * @typedef {import('./events.js').PortalEvent} PortalEvent
 * @typedef {import('./plan.js').TriggerPlan} TriggerPlan
 * @typedef {Record<string, any>} Item
 */

/**
 * @param {IWebhookFunctions} node
 * @param {TriggerPlan} plan
 * @param {PortalEvent[]} events
 * @param {boolean} withRecords
 * @returns {Promise<Item[]>}
 */
async function eventItems(node, plan, events, withRecords) {
	const options = /** @type {Record<string, any>} */ (node.getNodeParameter('options', {}));
	const own = options.ignoreOwnChanges ? await ownUser(node) : '';
	const foreign = [];
	for (const event of events) if (!own || (await causedBy(node, event)) !== own) foreign.push(event);
	const needsRecords = withRecords || Boolean(own);
	const records = needsRecords ? await fetchRecords(node, plan, foreign) : [];
	return foreign
		.map((event, index) => ({ event, fetched: records[index] }))
		.filter(({ event, fetched }) => !own || changedBy(plan, event, fetched?.record) !== own)
		.map(({ event, fetched }) => ({ ...describe(plan, event), ...(withRecords ? fetched : {}) }))
		.filter((item) => passes(options, item));
}

/**
 * @param {TriggerPlan} plan
 * @param {PortalEvent} event
 * @param {any} record
 * @returns {string} Who changed the record last, where the record tells.
 */
function changedBy(plan, event, record) {
	const field = plan.records[knownEvent(plan, event.code).record ?? '']?.changedBy;
	return field && record ? String(record[field] ?? '') : '';
}

module.exports = { eventItems };
