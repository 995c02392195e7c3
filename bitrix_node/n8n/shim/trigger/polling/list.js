// @ts-check
'use strict';

/** A list of the portal, asked for ranges of ids; each page begins above the last id of the page before. */

const { callMethod } = require('../../panel/portal.js');
const { Failure, thrown } = require('../../failure.js');
const { readMoment } = require('./moments.js');
const { refused } = require('./settings.js');

/**
 * @typedef {import('n8n-workflow').IPollFunctions} Context
 * @typedef {import('./moments.js').Moment} Moment
 * @typedef {import('./settings.js').Settings} Settings
 * @typedef {import('n8n-workflow').IDataObject} Row
 *
 * @typedef {object} List
 * @property {import('./settings.js').ListPlan} plan
 * @property {() => Promise<Moment>} now The portal's time.
 * @property {(above: number, conditions: Record<string, any>) => AsyncGenerator<Row>} rowsAbove By id, from the next on.
 * @property {(field: import('./settings.js').Field) => Promise<Row[]>} latest A few rows that the user's filter lets through.
 * @property {() => Promise<number>} largestId Of all rows, whatever the user's filter says; 0 when there are none.
 * @property {(row: Row) => number} idOf
 * @property {(row: Row, field: import('./settings.js').Field, now: Moment) => number} secondOf Second of a moment in it.
 * @property {(row: Row) => Row} shown The row as it leaves the node.
 */

/** Enough to see what records look like. */
const SAMPLES = 3;

/** The key that makes alternatives of a filter's conditions. */
const LOGIC = 'logic';

/**
 * @param {Context} context
 * @param {Settings} settings
 * @returns {List}
 */
function openList(context, settings) {
	const { list: plan, filter } = settings;
	refuseLogic(context, settings);

	/** @param {Record<string, any>} request Argument path -> value. */
	async function ask(request) {
		const entries = { ...plan.arguments, ...selectionOf(settings), ...settings.constants, ...request };
		const answer = await callMethod(context, { method: plan.method, version: plan.version, arguments: nested(entries) });
		return rowsOf(context, plan, answer.result);
	}

	/** @param {Row} row */
	function idOf(row) {
		const id = Number(row[plan.id.row]);
		if (Number.isSafeInteger(id)) return id;
		throw unexpected(context, plan.method, 'gave a row without its ID');
	}

	/**
	 * @param {Row} row
	 * @param {import('./settings.js').Field} field
	 * @param {Moment} now
	 */
	function secondOf(row, field, now) {
		const moment = readMoment(row[field.row], now.offset);
		if (moment) return moment.seconds;
		throw unexpected(context, plan.method, `gave a row without ${field.row}, the moment of its last change`);
	}

	/**
	 * @param {number} above
	 * @param {Record<string, any>} conditions
	 */
	async function* rowsAbove(above, conditions) {
		let last = above;
		for (;;) {
			const own = { ...conditions, [`>${plan.id.field}`]: last };
			const rows = await ask({ ...ordered(plan, plan.id, 'ASC'), ...filtered(plan, filter, own) });
			if (!rows.length) return;
			for (const row of rows) {
				if (idOf(row) <= last) throw unexpected(context, plan.method, 'did not keep to the range of IDs it was asked for');
				last = idOf(row);
				yield row;
			}
		}
	}

	/** @param {import('./settings.js').Field} field */
	async function latest(field) {
		const rows = await ask({ ...ordered(plan, field, 'DESC'), ...filtered(plan, filter, {}) });
		return rows.slice(0, SAMPLES);
	}

	async function largestId() {
		const rows = await ask(ordered(plan, plan.id, 'DESC'));
		return rows.length ? idOf(rows[0]) : 0;
	}

	const now = () => portalTime(context);
	return { plan, now, rowsAbove, latest, largestId, idOf, secondOf, shown: (row) => shown(settings, row) };
}

/**
 * @param {Context} context
 * @returns {Promise<Moment>}
 */
async function portalTime(context) {
	const method = 'server.time';
	const { result } = await callMethod(context, { method, version: 2 });
	const now = readMoment(result);
	if (now) return now;
	throw unexpected(context, method, 'gave no time');
}

/**
 * @param {Context} context
 * @param {import('./settings.js').ListPlan} plan
 * @param {any} result
 * @returns {Row[]}
 */
function rowsOf(context, plan, result) {
	const rows = plan.rows ? result?.[plan.rows] : result;
	if (Array.isArray(rows)) return rows;
	throw unexpected(context, plan.method, 'gave no list');
}

/**
 * @param {import('./settings.js').ListPlan} plan
 * @param {import('./settings.js').Field} by
 * @param {'ASC' | 'DESC'} direction
 */
function ordered(plan, by, direction) {
	return plan.sort ? { [plan.sort]: by.field, [plan.order]: direction } : { [`${plan.order}.${by.field}`]: direction };
}

/**
 * @param {import('./settings.js').ListPlan} plan
 * @param {Record<string, any>} filter The user's conditions.
 * @param {Record<string, any>} own Those of the poll, which stand beside the user's and never in their place.
 */
function filtered(plan, filter, own) {
	const user = plan.nests && Object.keys(filter).length ? { 0: filter } : filter;
	const conditions = Object.entries({ ...user, ...own });
	return Object.fromEntries(conditions.map(([key, value]) => [`${plan.filter}.${key}`, value]));
}

/**
 * Where a filter cannot stand inside of another, an OR of the user's would let through everything that is old, and a
 * condition of the same name would be lost.
 *
 * @param {Context} context
 * @param {Settings} settings
 */
function refuseLogic(context, { list, filter, constants }) {
	if (list.nests) return;
	const fields = [list.id, list.changed].flatMap((field) => (field ? [field.field] : []));
	const taken = fields.flatMap((field) => [`>${field}`, `>=${field}`, `<${field}`]);
	const own = [LOGIC, ...taken, ...Object.keys(constants).map((path) => path.slice(list.filter.length + 1))];
	const key = Object.keys(filter).find((name) => own.some((entry) => entry.toLowerCase() === name.trim().toLowerCase()));
	if (key === undefined) return;
	const description = 'The trigger itself narrows the list by it. Take it out, and sort the records out behind the trigger.';
	throw refused(context, `Filter (JSON) cannot have ${JSON.stringify(key)} here`, description);
}

/**
 * @param {Settings} settings
 * @returns {Record<string, string[]>}
 */
function selectionOf({ list, select }) {
	if (!list.select) return {};
	const needed = [list.id.field, ...(list.changed ? [list.changed.field] : []), ...list.selected];
	const names = select.length ? [...new Set([...needed, ...select])] : list.everything;
	return names.length ? { [list.select]: names } : {};
}

/**
 * @param {Settings} settings
 * @param {Row} row
 * @returns {Row} Methods without a selection give everything, which is cut down here.
 */
function shown({ list, select }, row) {
	if (list.select || !select.length) return row;
	const wanted = new Set([list.id.row, ...(list.changed ? [list.changed.row] : []), ...select]);
	return Object.fromEntries(Object.entries(row).filter(([name]) => wanted.has(name)));
}

/**
 * @param {Record<string, any>} entries Argument path -> value; the name after the first period may hold any character.
 * @returns {Record<string, any>}
 */
function nested(entries) {
	/** @type {Record<string, any>} */
	const tree = {};
	for (const [path, value] of Object.entries(entries)) {
		const [name, ...rest] = path.split('.');
		if (rest.length) tree[name] = { ...tree[name], [rest.join('.')]: value };
		else tree[name] = value;
	}
	return tree;
}

/**
 * @param {Context} context
 * @param {string} method
 * @param {string} what
 */
function unexpected(context, method, what) {
	const advice = 'Nothing was passed over: the next poll asks again. If it goes on, the portal does not follow its documentation.';
	return thrown(context, new Failure(`${method} ${what}`, advice, { http: 200, code: 'UNEXPECTED_ANSWER', method }));
}

module.exports = { openList };
