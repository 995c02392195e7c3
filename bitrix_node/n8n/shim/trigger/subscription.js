// @ts-check
'use strict';

/** What n8n asks of a trigger when its workflow is activated and deactivated, for each mode. */

const appEvents = require('./app_events.js');
const bots = require('./bots.js');

/**
 * @typedef {import('n8n-workflow').IHookFunctions} IHookFunctions
 * @typedef {import('./plan.js').TriggerPlan} TriggerPlan
 *
 * @typedef {object} Subscription
 * @property {(node: IHookFunctions, plan: TriggerPlan) => Promise<boolean>} exists
 * @property {(node: IHookFunctions, plan: TriggerPlan) => Promise<void>} create
 * @property {(node: IHookFunctions, plan: TriggerPlan) => Promise<void>} remove
 */

/** A person sets an outgoing webhook up and takes it down: there is nothing to do. @type {Subscription} */
const BY_HAND = { exists: async () => true, create: async () => undefined, remove: async () => undefined };

/** @type {Record<string, Subscription>} */
const SUBSCRIPTIONS = { appEvent: appEvents, chatbot: bots };

/**
 * @param {IHookFunctions} node
 * @param {TriggerPlan} plan
 */
async function isSubscribed(node, plan) {
	return await ofMode(node).exists(node, plan);
}

/**
 * @param {IHookFunctions} node
 * @param {TriggerPlan} plan
 */
async function subscribe(node, plan) {
	await ofMode(node).create(node, plan);
	return true;
}

/**
 * A portal that cannot be reached must not keep a workflow from being switched off.
 *
 * @param {IHookFunctions} node
 * @param {TriggerPlan} plan
 */
async function unsubscribe(node, plan) {
	try {
		await ofMode(node).remove(node, plan);
		return true;
	} catch (error) {
		node.logger.warn(`Bitrix24 Trigger: could not unsubscribe (${/** @type {Error} */ (error).message})`);
		return false;
	}
}

/** @param {IHookFunctions} node */
function ofMode(node) {
	return SUBSCRIPTIONS[String(node.getNodeParameter('triggerOn'))] ?? BY_HAND;
}

module.exports = { isSubscribed, subscribe, unsubscribe };
