// @ts-check
'use strict';

/** The user of the credential: asked for once, then remembered. */

const { callMethod } = require('../panel/portal.js');
const { stateOf } = require('./state.js');

/**
 * @param {import('../panel/portal.js').Context & {getWorkflowStaticData(type: string): object}} node
 * @returns {Promise<string>} The number of the user whose rights the credential has.
 */
async function ownUser(node) {
	const state = stateOf(node);
	state.userId ??= String((await callMethod(node, { method: 'profile' })).result.ID);
	return state.userId;
}

module.exports = { ownUser };
