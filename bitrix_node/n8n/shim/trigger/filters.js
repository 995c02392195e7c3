// @ts-check
'use strict';

/** Which items start the workflow, by what stands in them. */

const { at } = require('./paths.js');

/**
 * @typedef {object} Filter
 * @property {string} field
 * @property {string} operator
 * @property {string} [value]
 */

/** @type {Record<string, (found: any, value: string) => boolean>} */
const OPERATORS = {
	contains: (found, value) => (Array.isArray(found) ? found.map(String).includes(value) : text(found).includes(value)),
	empty: isEmpty,
	equals: (found, value) => text(found) === value,
	greater: (found, value) => compared(found, value) > 0,
	less: (found, value) => compared(found, value) < 0,
	notEmpty: (found) => !isEmpty(found),
	notEquals: (found, value) => text(found) !== value,
	oneOf: (found, value) => value.split(',').some((entry) => entry.trim() === text(found)),
	startsWith: (found, value) => text(found).startsWith(value),
};

/**
 * @param {Record<string, any>} options The node's options.
 * @param {Record<string, any>} item
 * @returns {boolean} Whether the item fulfils the filters; true without any.
 */
function passes(options, item) {
	/** @type {Filter[]} */
	const filters = options.filters?.filter ?? [];
	const given = filters.filter((filter) => filter.field);
	if (!given.length) return true;
	const holds = (/** @type {Filter} */ filter) =>
		(OPERATORS[filter.operator] ?? OPERATORS.equals)(at(item, filter.field.trim()), String(filter.value ?? ''));
	return options.combine === 'any' ? given.some(holds) : given.every(holds);
}

/** @param {any} found */
function isEmpty(found) {
	return found === undefined || found === null || found === '' || (Array.isArray(found) && !found.length);
}

/**
 * @param {any} found
 * @param {string} value
 * @returns {number} Numbers are compared as numbers, everything else (dates, too) as text; NaN where there is nothing.
 */
function compared(found, value) {
	if (isEmpty(found)) return Number.NaN;
	const difference = Number(found) - Number(value);
	return Number.isNaN(difference) ? (text(found) < value ? -1 : Number(text(found) > value)) : difference;
}

/** @param {any} found */
function text(found) {
	return isEmpty(found) ? '' : String(found);
}

module.exports = { passes };
