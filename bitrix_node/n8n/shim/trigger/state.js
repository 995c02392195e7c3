// @ts-check
'use strict';

/** What the trigger remembers between calls; n8n stores it with the workflow. */

/**
 * @typedef {object} State
 * @property {string} [applicationToken] What events have to carry since the first one.
 * @property {string} [userId] The user of the credential.
 * @property {boolean} [tellsWho] Whether events come with the user who caused them.
 * @property {string} [turnedHere] The address to which a chatbot's events were turned.
 * @property {boolean} [isTest] Whether a person only tries the trigger out.
 * @property {string[]} [queued] Events that wait in the queue for this trigger.
 * @property {string[]} [handedOver] Work on the queue that is in an execution and not acknowledged yet.
 */

/**
 * @param {{getWorkflowStaticData(type: string): object}} node Any context of n8n.
 * @returns {State} Changes are stored.
 */
function stateOf(node) {
	return node.getWorkflowStaticData('node');
}

/**
 * @param {State} state Emptied.
 * @param {string[]} [but] What is kept.
 */
function forget(state, but = []) {
	for (const name of Object.keys(state)) if (!but.includes(name)) delete state[/** @type {keyof State} */ (name)];
}

module.exports = { forget, stateOf };
