// @ts-check
'use strict';

/**
 * The value of a field mapper, as the runner gets it. What n8n stores beside the values describes all the fields of the
 * portal; only what is known of the mapped ones goes along.
 */

/**
 * @typedef {import('n8n-workflow').ResourceMapperValue} Mapping
 * @typedef {import('n8n-workflow').IDataObject} Fields
 */

const BY_INPUT = 'autoMapInputData';

/**
 * @param {any} value
 * @returns {value is Mapping}
 */
function isMapping(value) {
	return typeof value === 'object' && value !== null && 'mappingMode' in value;
}

/**
 * @param {unknown} value
 * @returns {boolean} Whether the fields of the input item are taken, so that the values differ from item to item.
 */
function mapsInput(value) {
	return isMapping(value) && value.mappingMode === BY_INPUT;
}

/**
 * @param {Mapping} stored
 * @param {Fields} json The input item.
 * @returns {object} Its fields that the mapper knows; where it knows none, the runner refuses it.
 */
function inputMapping(stored, json) {
	const known = (stored.schema ?? []).map((field) => field.id);
	if (!known.length) return { mappingMode: BY_INPUT, value: null, schema: [] };
	return mapping(stored, json, known.filter((name) => name in json));
}

/**
 * @param {Mapping} stored
 * @param {Fields} values Its values, expressions evaluated.
 * @returns {object} The fields that the panel shows, with their values.
 */
function givenMapping(stored, values) {
	const removed = (stored.schema ?? []).filter((field) => field.removed).map((field) => field.id);
	return mapping(stored, values, Object.keys(values).filter((name) => !removed.includes(name)));
}

/**
 * @param {Mapping} stored
 * @param {Fields} values
 * @param {string[]} names The fields to send.
 */
function mapping(stored, values, names) {
	const described = (stored.schema ?? []).filter((field) => names.includes(field.id));
	return {
		mappingMode: 'defineBelow',
		value: Object.fromEntries(names.map((name) => [name, values[name]])),
		schema: described.map(({ id, type, options }) => (type === 'array' && options ? { id, type, options } : { id, type })),
	};
}

module.exports = { givenMapping, inputMapping, isMapping, mapsInput };
