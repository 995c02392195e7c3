// @ts-check
'use strict';

/** The fields that the portal describes, as a lookup says where to find them: for the mapper and for dropdowns. */

const { Failure } = require('../failure.js');
const { at } = require('./arguments.js');
const { fulfilled } = require('./field_steps.js');

/**
 * @typedef {import('n8n-workflow').ILoadOptionsFunctions} Context
 * @typedef {Record<string, any>} Data One node of a lookup, or of what the portal answered.
 * @typedef {{sources: Data[]}} FieldLookup
 *
 * @typedef {object} Field A field as the portal describes it.
 * @property {string} id
 * @property {string} type The portal's type.
 * @property {any} told The portal's description.
 */

/**
 * @param {Context} context
 * @param {FieldLookup} lookup
 * @param {string} advice What to do where there are no fields.
 * @returns {Data} The source that is the right one for what the panel holds.
 * @throws {Failure} When none is.
 */
function chosenSource(context, lookup, advice) {
	const source = lookup.sources.find((entry) => fulfilled(context, entry.when));
	if (!source) throw new Failure('There are no fields to choose from here', advice);
	return source;
}

/**
 * @param {Data} source
 * @param {Data} answers
 * @param {{fields?: string[], types?: string[]}} [leftOut]
 * @returns {Field[]} Every field of the portal but those left out.
 */
function describedFields(source, answers, leftOut = {}) {
	const { answer, id, type } = source.fields;
	const { fields = [], types = [] } = leftOut;
	return Object.entries(at(answers, answer) ?? {})
		.map(([key, told]) => ({ id: String(id ? told[id] : key), type: typeOf(told, type), told }))
		.filter((field) => !fields.includes(field.id) && !types.includes(field.type));
}

/**
 * @param {any} told
 * @param {string | string[] | undefined} keys
 * @returns {string} Such as `integer`, or `productproperty:S:Date`.
 */
function typeOf(told, keys) {
	return [keys ?? []].flat().map((key) => told[key]).filter(Boolean).join(':');
}

/**
 * @param {Data} source
 * @param {Field} field
 * @returns {string} The portal's words, or its name for want of them.
 */
function labelOf(source, field) {
	const { title } = source.fields;
	const words = typeof field.told === 'string' ? field.told : field.told[title];
	return String(words || source.known?.[field.id]?.title || field.id);
}

/**
 * @template T
 * @param {T[]} entries
 * @param {(entry: T) => string} label
 * @returns {(entry: T) => boolean} Whether another entry has the same label.
 */
function sharing(entries, label) {
	const labels = entries.map(label);
	return (entry) => labels.indexOf(label(entry)) !== labels.lastIndexOf(label(entry));
}

module.exports = { chosenSource, describedFields, labelOf, sharing };
