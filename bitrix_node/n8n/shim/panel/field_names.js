// @ts-check
'use strict';

/**
 * The names of fields that the rows of a filter and of a sort order offer, and those that Select offers, by the
 * portal's labels. A name that the panel already holds is offered as well, however it is written, because n8n marks
 * what is not among the choices.
 */

const { inWords } = require('../failure.js');
const { at } = require('./arguments.js');
const { readMethod } = require('./cache.js');
const { chosenSource, describedFields, labelOf, sharing } = require('./field_reading.js');
const { answerOf, fulfilled } = require('./field_steps.js');

/**
 * @typedef {import('n8n-workflow').ILoadOptionsFunctions} Context
 * @typedef {import('n8n-workflow').INodePropertyOptions} Choice
 * @typedef {import('./field_reading.js').FieldLookup} FieldLookup
 * @typedef {Record<string, any>} Data One node of a lookup, or of what the portal answered.
 *
 * @typedef {object} Named
 * @property {string} label
 * @property {string} name What a filter takes.
 * @property {string} [alias] How the field is also called.
 */

/** Where the panel holds rows, and where the fields to return, in every action that has them. */
const ROWS = ['filters.conditions', 'sort.fields'];
const SELECTS = ['options.select', 'crmOptions.select'];

/**
 * @typedef {object} Use What fields are offered for.
 * @property {string} ending Of the method's name.
 * @property {(source: Data) => Data} offer How a source describes what is offered beside the fields of the portal.
 * @property {(parameters: Data) => any[]} held What the panel holds already.
 */

/** @type {Use[]} */
const USES = [
	{
		ending: '',
		offer: (source) => source.listing ?? {},
		held: (parameters) => ROWS.flatMap((path) => at(parameters, path) ?? []).map((row) => row.field),
	},
	{
		ending: 'Select',
		offer: (source) => ({ alias: source.listing?.alias, ...source.select }),
		held: (parameters) => SELECTS.map((path) => at(parameters, path)).filter(Array.isArray).flat(),
	},
];

/**
 * Part of n8n's `methods.loadOptions`.
 *
 * @param {Record<string, FieldLookup>} lookups
 * @returns {Record<string, (this: Context) => Promise<Choice[]>>} One function for each lookup and use, under both names.
 */
function fieldNames(lookups) {
	const entries = Object.entries(lookups).flatMap(([name, lookup]) =>
		USES.map((use) => [
			`${name}${use.ending}`,
			/** @this {Context} */
			async function () {
				const fields = await inWords(this, async () => await namedFields(this, lookup, use));
				return choices([...fields, ...writtenOtherwise(this, fields, use)]);
			},
		]),
	);
	return Object.fromEntries(entries);
}

/**
 * @param {Context} context
 * @param {FieldLookup} lookup
 * @param {Use} use
 * @returns {Promise<Named[]>}
 */
async function namedFields(context, lookup, use) {
	const source = chosenSource(context, lookup, 'Switch this field to an expression to name one.');
	/** @type {Data} */
	const answers = {};
	for (const step of describing(source)) {
		if (fulfilled(context, step.when)) answers[step.id] = await answerOf(context, step, answers, readMethod);
	}
	const { leaveOut, also = {}, alias } = use.offer(source);
	const described = describedFields(source, answers, leaveOut);
	return [
		...described.map((field) => ({ label: labelOf(source, field), name: field.id, alias: field.told[alias] })),
		...Object.entries(also).map(([name, label]) => ({ label, name })),
	];
}

/**
 * @param {Data} source
 * @returns {Data[]} The steps up to the one that describes the fields; the mapper's choices are of no use here.
 */
function describing(source) {
	const [last] = source.fields.answer.split('.');
	return source.steps.slice(0, source.steps.findIndex((/** @type {Data} */ step) => step.id === last) + 1);
}

/**
 * @param {Context} context
 * @param {Named[]} known
 * @param {Use} use
 * @returns {Named[]} What the panel holds in other words, such as the names that older methods use.
 */
function writtenOtherwise(context, known, use) {
	const held = use.held(context.getCurrentNodeParameters() ?? {});
	const names = new Set(held.filter((name) => typeof name === 'string' && !/^$|^=/.test(name)));
	for (const field of known) names.delete(field.name);
	return [...names].map((name) => ({ label: known.find((field) => field.alias === name)?.label ?? name, name }));
}

/**
 * @param {Named[]} fields
 * @returns {Choice[]} By label; fields that share theirs are told apart by their names.
 */
function choices(fields) {
	const isShared = sharing(fields, (field) => field.label);
	return fields
		.map((field) => ({ name: isShared(field) && field.label !== field.name ? `${field.label} (${field.name})` : field.label, value: field.name }))
		.sort((one, other) => one.name.localeCompare(other.name));
}

module.exports = { fieldNames };
