// @ts-check
'use strict';

/**
 * New and changed records, by the moment of their last change. A poll looks through a span of time that is over: what
 * changes while it reads has a later moment, leaves the span, and comes with the next one. Spans overlap, because a change
 * can appear later than the moment it bears; each version of a record, an id with a moment, is told once.
 */

const { writeMoment } = require('./moments.js');
const { isCount, isObject } = require('./state.js');

/**
 * @typedef {import('./list.js').List} List
 * @typedef {import('./list.js').Row} Row
 * @typedef {import('./moments.js').Moment} Moment
 *
 * @typedef {Record<string, number>} Versions Id -> second of its last change.
 *
 * @typedef {object} Span What is being looked through, by ids, for as many polls as it takes.
 * @property {number} until Second at which it ends, itself left out.
 * @property {number} above Ids up to this one have been looked at.
 * @property {number} from Second from which on `seen` is complete.
 * @property {Versions} seen Versions that the next span will meet again.
 *
 * @typedef {object} State
 * @property {number} from Second at which the span begins.
 * @property {Versions} told Versions in it that left the node before.
 * @property {Span} [span] The span that is not yet done with.
 */

/** How late a change can appear. */
const OVERLAP_SECONDS = 120;

/** Until a second is over for sure, a record can change in it once more. */
const SETTLING_SECONDS = 2;

/** Records a poll at most; the next one goes on behind them. */
const MOST_RECORDS = 1000;

/** Versions that are remembered at most; beyond, the overlap is shorter. */
const MOST_SEEN = 1000;

/** A clock that was put back by more than this cannot be waited for. */
const PATIENCE_SECONDS = 3600;

/**
 * @param {List} _list
 * @param {Moment} now
 * @returns {Promise<State>}
 */
async function begin(_list, now) {
	return { from: now.seconds, told: {} };
}

/**
 * @param {List} list
 * @param {Moment} now
 * @param {State} state
 * @returns {Promise<{rows: Row[], state: State}>}
 */
async function proceed(list, now, state) {
	const span = state.span ?? newSpan(state, now);
	if (span.until <= state.from) return { rows: [], state };
	const field = /** @type {import('./settings.js').Field} */ (list.plan.changed);
	const conditions = {
		[`>=${field.field}`]: writeMoment({ seconds: state.from, offset: now.offset }),
		[`<${field.field}`]: writeMoment({ seconds: span.until, offset: now.offset }),
	};
	/** @type {{row: Row, second: number}[]} */
	const found = [];
	for await (const row of list.rowsAbove(span.above, conditions)) {
		const id = list.idOf(row);
		const second = list.secondOf(row, field, now);
		span.above = id;
		if (second >= span.from) span.seen[id] = second;
		if (state.told[id] !== second) found.push({ row, second });
		if (found.length === MOST_RECORDS) return { rows: inOrder(found), state: { ...state, span: shortened(span) } };
	}
	const { from, seen: told } = shortened(span);
	return { rows: inOrder(found), state: { from, told } };
}

/**
 * @param {State} state
 * @param {Moment} now
 * @returns {Span}
 */
function newSpan(state, now) {
	const until = now.seconds - SETTLING_SECONDS;
	return { until, above: 0, from: Math.max(state.from, until - OVERLAP_SECONDS), seen: {} };
}

/**
 * @param {Span} span
 * @returns {Span} The same with no more versions than may be remembered: whole seconds are left out, the oldest first.
 */
function shortened(span) {
	const versions = Object.entries(span.seen).sort(([, one], [, other]) => other - one);
	if (versions.length <= MOST_SEEN) return span;
	const from = versions[MOST_SEEN][1] + 1;
	return { ...span, from, seen: Object.fromEntries(versions.filter(([, second]) => second >= from)) };
}

/**
 * @param {{row: Row, second: number}[]} found By id.
 * @returns {Row[]} As they happened.
 */
function inOrder(found) {
	return found.sort((one, other) => one.second - other.second).map(({ row }) => row);
}

/**
 * @param {any} state
 * @param {Moment} now
 * @returns {state is State}
 */
function understands(state, now) {
	if (!isObject(state) || !isCount(state.from) || !areVersions(state.told)) return false;
	return state.from <= now.seconds + PATIENCE_SECONDS && (state.span === undefined || isSpan(state.span));
}

/**
 * @param {any} span
 * @returns {span is Span}
 */
function isSpan(span) {
	return isObject(span) && [span.until, span.above, span.from].every(isCount) && areVersions(span.seen);
}

/**
 * @param {unknown} value
 * @returns {value is Versions}
 */
function areVersions(value) {
	return isObject(value) && Object.values(value).every(isCount);
}

/**
 * @param {List} list
 * @returns {Promise<Row[]>}
 */
async function latest(list) {
	return await list.latest(list.plan.changed ?? list.plan.id);
}

module.exports = { begin, latest, proceed, understands };
