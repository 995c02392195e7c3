// @ts-check
'use strict';

/**
 * Asks the portal for what is new or changed since the last time. All that is known of the last time lies in the node's
 * static data; it is moved on when the records are handed to n8n, and never before.
 */

const { NodeOperationError } = require('n8n-workflow');
const changedRecords = require('./polling/changed_records.js');
const newRecords = require('./polling/new_records.js');
const { openList } = require('./polling/list.js');
const { readSettings } = require('./polling/settings.js');
const { keepState, rememberedState } = require('./polling/state.js');

/**
 * @typedef {import('n8n-workflow').IPollFunctions} Context
 * @typedef {import('n8n-workflow').INodeExecutionData} Item
 * @typedef {import('./polling/list.js').List} List
 * @typedef {import('./polling/list.js').Row} Row
 * @typedef {import('./polling/moments.js').Moment} Moment
 *
 * @typedef {object} Watch One way to watch a list.
 * @property {(list: List, now: Moment) => Promise<object>} begin The state from which nothing that is there already counts.
 * @property {(list: List, now: Moment, state: any) => Promise<{rows: Row[], state: object}>} proceed
 * @property {(state: any, now: Moment) => boolean} understands Whether a state can be gone on from.
 * @property {(list: List) => Promise<Row[]>} latest A few records to build a workflow with.
 */

/** @type {Record<string, Watch>} */
const WATCHES = { newRecords, changedRecords };

/**
 * @param {Context} context
 * @param {import('./polling/settings.js').Plan} plan What can be watched, from the definitions.
 * @returns {Promise<Item[][] | null>} `null` when nothing happened.
 * @throws {NodeApiError} When the portal refused, or did not answer as a portal does; the state stays as it was.
 * @throws {NodeOperationError} When the panel is filled in wrongly, or a test finds nothing to show.
 */
async function poll(context, plan) {
	const settings = readSettings(context, plan);
	const list = openList(context, settings);
	const watch = WATCHES[settings.watchFor];
	return context.getMode() === 'manual' ? await samples(context, list, watch) : await changes(context, settings, list, watch);
}

/**
 * @param {Context} context
 * @param {List} list
 * @param {Watch} watch
 * @returns {Promise<Item[][]>}
 */
async function samples(context, list, watch) {
	const rows = await watch.latest(list);
	if (rows.length) return items(list, rows);
	const description = 'Create a record in Bitrix24, or widen the filter, and fetch a test event again.';
	throw new NodeOperationError(context.getNode(), 'There is no such record in Bitrix24 yet', { description });
}

/**
 * @param {Context} context
 * @param {import('./polling/settings.js').Settings} settings
 * @param {List} list
 * @param {Watch} watch
 * @returns {Promise<Item[][] | null>}
 */
async function changes(context, settings, list, watch) {
	const now = await list.now();
	const remembered = rememberedState(context, settings, (state) => watch.understands(state, now));
	if (!remembered) {
		keepState(context, settings, await watch.begin(list, now));
		return null;
	}
	const { rows, state } = await watch.proceed(list, now, remembered.state);
	if (!remembered.isCurrent()) {
		context.logger.info('Another poll of the same Bitrix24 trigger was quicker; its result stands');
		return null;
	}
	keepState(context, settings, state);
	return rows.length ? items(list, rows) : null;
}

/**
 * @param {List} list
 * @param {Row[]} rows
 * @returns {Item[][]}
 */
function items(list, rows) {
	return [rows.map((row) => ({ json: list.shown(row) }))];
}

module.exports = { poll };
