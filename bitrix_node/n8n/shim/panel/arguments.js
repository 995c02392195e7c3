// @ts-check
'use strict';

/** The arguments of a lookup's call: constants, and values of other parameters in the panel. */

const { Failure } = require('../failure.js');

/**
 * @typedef {object} Source Where a value comes from.
 * @property {string} [parameter] The input that it is.
 * @property {Record<string, any>} [table] What stands for the input's value.
 * @property {any} [value] A constant.
 * @property {Source} [otherwise] What is taken where there is no value.
 *
 * @typedef {Record<string, {path: string, title: string}>} Inputs Input -> the parameter that gives it.
 */

/**
 * @param {import('n8n-workflow').ILoadOptionsFunctions} context
 * @param {Inputs} inputs
 * @param {Source} source
 * @returns {any}
 * @throws {Failure} When nothing is chosen yet on which the value depends.
 */
function valueOf(context, inputs, source) {
	const value = found(context, inputs, source);
	if (value !== undefined) return value;
	const { path, title } = inputs[lastNamed(source)] ?? { path: '', title: '' };
	if (String(context.getCurrentNodeParameter(path) ?? '').startsWith('=')) {
		throw new Failure(`'${title}' is an expression, on which this list depends`, 'Choose a fixed value there to see the list, or enter the ID here.');
	}
	if (chosen(context, path) !== undefined) {
		throw new Failure(`There is no list for the chosen '${title}'`, 'Enter the ID.');
	}
	throw new Failure(`Choose '${title}' first`, 'This list depends on it.');
}

/**
 * @param {import('n8n-workflow').ILoadOptionsFunctions} context
 * @param {Inputs} inputs
 * @param {Source} source
 * @returns {any} `undefined` where there is none.
 */
function found(context, inputs, source) {
	const given = source.parameter ? chosen(context, inputs[source.parameter]?.path) : source.value;
	const value = source.table && given !== undefined ? source.table[given] : given;
	return value === undefined && source.otherwise ? found(context, inputs, source.otherwise) : value;
}

/**
 * @param {Source} source
 * @returns {string} The input that would have helped.
 */
function lastNamed(source) {
	return source.otherwise ? lastNamed(source.otherwise) : (source.parameter ?? '');
}

/**
 * @param {import('n8n-workflow').ILoadOptionsFunctions} context
 * @param {string | undefined} path
 * @returns {any} What the panel holds there, out of a resource locator too; `undefined` for nothing and for expressions.
 */
function chosen(context, path) {
	const held = path ? context.getCurrentNodeParameter(path) : undefined;
	const value = isLocator(held) ? context.getCurrentNodeParameter(/** @type {string} */ (path), { extractValue: true }) : held;
	const isOpen = value === null || value === '' || (typeof value === 'string' && value.startsWith('='));
	return isOpen ? undefined : value;
}

/**
 * @param {any} value
 * @returns {boolean}
 */
function isLocator(value) {
	return Boolean(value?.__rl);
}

/**
 * @param {Record<string, any>} target Gets the value at a dotted place.
 * @param {string} place
 * @param {any} value
 */
function put(target, place, value) {
	const steps = place.split('.');
	const last = /** @type {string} */ (steps.pop());
	const inner = steps.reduce((object, step) => (object[step] ??= {}), target);
	inner[last] = value;
}

/**
 * @param {any} value
 * @param {string} path Dotted; empty for the value itself.
 * @returns {any} What lies there.
 */
function at(value, path) {
	return path ? path.split('.').reduce((inner, step) => inner?.[step], value) : value;
}

module.exports = { at, chosen, put, valueOf };
