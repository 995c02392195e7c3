// @ts-check
'use strict';

/** What a trigger remembers between two polls: written and read in one place, and never trusted unseen. */

/**
 * @typedef {import('n8n-workflow').IPollFunctions} Context
 * @typedef {import('./settings.js').Settings} Settings
 */

/** Changes when a state of before can no longer be understood. */
const VERSION = 1;

const FROM_NOW = 'The Bitrix24 trigger begins to watch from now on';

/**
 * @param {Context} context
 * @param {Settings} settings
 * @param {(state: any) => boolean} understands
 * @returns {{state: any, isCurrent: () => boolean} | undefined} `undefined` when there is none to go on from; the log
 *   says why. Polls can overlap in time: the state is current as long as no other poll has moved it on.
 */
function rememberedState(context, settings, understands) {
	const data = context.getWorkflowStaticData('node');
	const kept = /** @type {any} */ (plain(data.poll));
	const reason = reasonAgainst(kept, settings, understands);
	if (reason === undefined) {
		const before = JSON.stringify(kept);
		return { state: kept.state, isCurrent: () => JSON.stringify(data.poll) === before };
	}
	const isLost = kept !== undefined || context.getActivationMode() === 'init';
	if (isLost) context.logger.warn(`${FROM_NOW}: ${reason}. Changes since its last poll are not told.`);
	else context.logger.info(FROM_NOW);
	return undefined;
}

/**
 * @param {Context} context
 * @param {Settings} settings
 * @param {object} state
 */
function keepState(context, settings, state) {
	context.getWorkflowStaticData('node').poll = { version: VERSION, watched: watched(settings), state };
}

/**
 * @param {any} kept
 * @param {Settings} settings
 * @param {(state: any) => boolean} understands
 * @returns {string | undefined}
 */
function reasonAgainst(kept, settings, understands) {
	if (kept === undefined) return 'what it remembered is gone';
	if (kept?.version !== VERSION) return 'what it remembered cannot be read';
	if (kept.watched !== watched(settings)) return 'its settings were changed to watch something else';
	return understands(kept.state) ? undefined : 'what it remembered is damaged';
}

/**
 * @param {Settings} settings
 * @returns {string} What a state is about; another selection of records begins anew, another filter does not.
 */
function watched({ record, watchFor, constants, credential }) {
	return JSON.stringify([record, watchFor, constants, credential]);
}

/**
 * @param {unknown} value n8n hands out static data that watches over its own changes.
 * @returns {unknown}
 */
function plain(value) {
	return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, any>}
 */
function isObject(value) {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * @param {unknown} value
 * @returns {value is number}
 */
function isCount(value) {
	return Number.isSafeInteger(value) && Number(value) >= 0;
}

module.exports = { isCount, isObject, keepState, rememberedState };
