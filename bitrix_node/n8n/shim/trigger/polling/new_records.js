// @ts-check
'use strict';

/**
 * New records, by their ids. Ids are given out before records can be seen: one that is being saved at length appears below
 * another that was told already. So each poll asks again for ids it has seen lately, and knows which of them it has told.
 */

const { isCount, isObject } = require('./state.js');

/**
 * @typedef {import('./list.js').List} List
 * @typedef {import('./list.js').Row} Row
 * @typedef {import('./moments.js').Moment} Moment
 *
 * @typedef {object} State
 * @property {number} above Ids up to this one are done with.
 * @property {number} next Becomes `above` when the time comes.
 * @property {number} since When `next` was the largest id, in seconds since 1970.
 * @property {number[]} told Ids above `above` that left the node.
 */

/** For how long an id may still appear below a larger one. */
const OVERLAP_SECONDS = 120;

/** Records a poll at most; the next one goes on behind them. */
const MOST_RECORDS = 1000;

/** Ids that are remembered at most; beyond, the oldest of them are done with. */
const MOST_TOLD = 1000;

/**
 * @param {List} list
 * @param {Moment} now
 * @returns {Promise<State>}
 */
async function begin(list, now) {
	const largest = await list.largestId();
	return { above: largest, next: largest, since: now.seconds, told: [] };
}

/**
 * @param {List} list
 * @param {Moment} now
 * @param {State} state
 * @returns {Promise<{rows: Row[], state: State}>}
 */
async function proceed(list, now, state) {
	const told = new Set(state.told);
	/** @type {Row[]} */
	const rows = [];
	for await (const row of list.rowsAbove(state.above, {})) {
		if (told.has(list.idOf(row))) continue;
		told.add(list.idOf(row));
		rows.push(row);
		if (rows.length === MOST_RECORDS) break;
	}
	return { rows, state: after(state, now, [...told]) };
}

/**
 * @param {State} state
 * @param {Moment} now
 * @param {number[]} told
 * @returns {State}
 */
function after(state, now, told) {
	const largest = Math.max(state.next, ...told);
	const isDue = now.seconds - state.since >= OVERLAP_SECONDS;
	const forgotten = told.sort((one, other) => one - other).slice(0, -MOST_TOLD);
	const above = Math.max(isDue ? state.next : state.above, ...forgotten);
	const [next, since] = isDue ? [largest, now.seconds] : [Math.max(state.next, above), state.since];
	return { above, next, since, told: told.filter((id) => id > above) };
}

/**
 * @param {any} state
 * @returns {state is State}
 */
function understands(state) {
	const isList = isObject(state) && Array.isArray(state.told) && state.told.every(isCount);
	return isList && isCount(state.above) && isCount(state.next) && isCount(state.since);
}

/**
 * @param {List} list
 * @returns {Promise<Row[]>}
 */
async function latest(list) {
	return await list.latest(list.plan.id);
}

module.exports = { begin, latest, proceed, understands };
