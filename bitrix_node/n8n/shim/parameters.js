// @ts-check
'use strict';

/**
 * The panel's values. Evaluating an expression costs n8n about a third of a millisecond for each item, so a value
 * without one is read once for all items. Resource locators go to the runner whole: it reads pasted addresses, and says
 * of a wrong one which parameter and item it is.
 */

const { Failure } = require('./failure.js');
const { givenMapping, inputMapping, isMapping, mapsInput } = require('./mapping.js');

/**
 * @typedef {object} ParameterValues
 * @property {Record<string, unknown>} common Values that are the same for all items.
 * @property {(item: number) => Record<string, unknown> | null} ofItem Values of one item; null where nothing varies.
 * @property {Map<number, Failure>} failures Items with an expression that could not be evaluated.
 */

/**
 * @param {import('n8n-workflow').IExecuteFunctions} node
 * @param {string[]} names Parameters of the chosen operation; n8n leaves out those that its panel does not show.
 * @param {number} count How many input items there are.
 * @returns {ParameterValues}
 */
function readParameters(node, names, count) {
	const raw = node.getNode().parameters;
	const visible = names.filter((name) => raw[name] !== undefined);
	const varying = visible.filter((name) => variesWithItem(raw[name]));
	const constant = visible.filter((name) => !varying.includes(name));
	const failures = new Map();
	const common = count ? valuesOf(node, raw, constant, 0) : {};
	/** @type {(Record<string, unknown> | null)[]} */
	const rows = Array.from({ length: count }, (_, item) => {
		if (!varying.length) return null;
		try {
			return valuesOf(node, raw, varying, item);
		} catch (error) {
			failures.set(item, Failure.from(error));
			return null;
		}
	});
	return { common, ofItem: (item) => rows[item], failures };
}

/**
 * @param {import('n8n-workflow').IExecuteFunctions} node
 * @param {import('n8n-workflow').INodeParameters} raw
 * @param {string[]} names
 * @param {number} item
 * @returns {Record<string, unknown>}
 */
function valuesOf(node, raw, names, item) {
	return Object.fromEntries(names.map((name) => [name, valueOf(node, raw, name, item)]));
}

/**
 * @param {import('n8n-workflow').IExecuteFunctions} node
 * @param {import('n8n-workflow').INodeParameters} raw
 * @param {string} name
 * @param {number} item
 * @returns {unknown}
 */
function valueOf(node, raw, name, item) {
	if (isMapping(raw[name])) return mappedValue(node, raw[name], name, item);
	return node.getNodeParameter(name, item, undefined);
}

/**
 * Only the values of a mapper are evaluated, not the long description of fields beside them; what they have to be, the
 * runner says.
 *
 * @param {import('n8n-workflow').IExecuteFunctions} node
 * @param {import('./mapping.js').Mapping} stored
 * @param {string} name
 * @param {number} item
 * @returns {object}
 */
function mappedValue(node, stored, name, item) {
	if (mapsInput(stored)) return inputMapping(stored, node.getInputData()[item].json);
	const value = stored.value && node.getNodeParameter(`${name}.value`, item, undefined, { skipValidation: true });
	return givenMapping(stored, /** @type {import('n8n-workflow').IDataObject} */ (value ?? {}));
}

/**
 * @param {any} value
 * @returns {boolean}
 */
function variesWithItem(value) {
	return mapsInput(value) || holdsExpression(isMapping(value) ? value.value : value);
}

/**
 * @param {unknown} value A stored parameter value, as deep as it goes.
 * @returns {boolean} Whether any text in it is an expression; n8n marks those with a leading "=".
 */
function holdsExpression(value) {
	if (typeof value === 'string') return value.startsWith('=');
	if (value === null || typeof value !== 'object') return false;
	return Object.values(value).some(holdsExpression);
}

module.exports = { readParameters, holdsExpression };
