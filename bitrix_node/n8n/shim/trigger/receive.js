// @ts-check
'use strict';

/** A call of Bitrix24: refused with 403, passed over, or handed to the workflow. */

const { isFromOutgoingWebhook, isFromSubscription } = require('./access.js');
const { botItems } = require('./bot_items.js');
const { readEvent } = require('./events.js');
const { eventItems } = require('./event_items.js');
const { QUEUE_GREW, takeQueued } = require('./queue.js');

/**
 * @typedef {import('n8n-workflow').IWebhookFunctions} IWebhookFunctions
 * @typedef {import('./events.js').PortalEvent} PortalEvent
 * @typedef {import('./plan.js').TriggerPlan} TriggerPlan
 * @typedef {Record<string, any>} Item
 *
 * @typedef {object} Mode
 * @property {(node: IWebhookFunctions, event: PortalEvent) => Promise<boolean>} trusts
 * @property {(node: IWebhookFunctions, plan: TriggerPlan, event: PortalEvent) => Promise<Item[]>} items
 */

const FORBIDDEN = 403;
const REFUSAL = { message: 'This call carries no valid application token' };

/** @type {Record<string, Mode>} */
const MODES = {
	appEvent: { trusts: isFromSubscription, items: appEventItems },
	chatbot: { trusts: isFromSubscription, items: async (node, plan, event) => botItems(node, plan, event) },
	outgoingWebhook: { trusts: isFromOutgoingWebhook, items: outgoingWebhookItems },
};

/**
 * @param {IWebhookFunctions} node
 * @param {TriggerPlan} plan
 * @returns {Promise<import('n8n-workflow').IWebhookResponseData>}
 */
async function receive(node, plan) {
	const mode = MODES[String(node.getNodeParameter('triggerOn'))];
	const event = readEvent(node.getBodyData());
	if (!mode || !(await mode.trusts(node, event))) return refuse(node);
	const items = await mode.items(node, plan, event);
	if (!items.length) return { webhookResponse: 'OK' };
	return { webhookResponse: 'OK', workflowData: [items.map((json) => ({ json }))] };
}

/**
 * @param {IWebhookFunctions} node
 * @returns {import('n8n-workflow').IWebhookResponseData}
 */
function refuse(node) {
	node.getResponseObject().status(FORBIDDEN).json(REFUSAL).end();
	return { noWebhookResponse: true };
}

/** @type {Mode['items']} */
async function appEventItems(node, plan, event) {
	const queued = event.code === QUEUE_GREW ? await takeQueued(node) : [event];
	return await eventItems(node, plan, queued, Boolean(node.getNodeParameter('fetchRecord', true)));
}

/** @type {Mode['items']} */
async function outgoingWebhookItems(node, plan, event) {
	const wanted = /** @type {string[]} */ (node.getNodeParameter('events', []));
	if (wanted.length && !wanted.includes(event.code)) return [];
	return await eventItems(node, plan, [event], Boolean(node.getNodeParameter('fetchWithCredential', false)));
}

module.exports = { receive };
