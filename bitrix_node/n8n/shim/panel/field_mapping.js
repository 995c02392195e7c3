// @ts-check
'use strict';

/**
 * The fields that the panel's field mapper offers: the portal's own, as a lookup says where to find them and how to
 * understand them. What the lookups may say is written down in node_definitions/schema/fieldLookup.schema.json.
 */

const { Failure, thrown } = require('../failure.js');
const { chosen } = require('./arguments.js');
const { choicesOf } = require('./field_choices.js');
const { chosenSource, describedFields, labelOf, sharing } = require('./field_reading.js');
const { answerOf, fulfilled } = require('./field_steps.js');
const { attempt } = require('./portal.js');

/**
 * @typedef {import('n8n-workflow').ILoadOptionsFunctions} Context
 * @typedef {import('n8n-workflow').ResourceMapperField} MapperField
 * @typedef {import('n8n-workflow').ResourceMapperFields} MapperFields
 * @typedef {Record<string, any>} Data One node of a lookup, or of what the portal answered.
 * @typedef {import('./field_reading.js').Field} Field
 * @typedef {import('./field_reading.js').FieldLookup} FieldLookup
 */

/** Choices that a label tells. */
const MOST_NAMED = 6;

/** The parameter that holds the mapper, in every action. */
const MAPPER = 'fieldValues';

/**
 * n8n's `methods.resourceMapping`.
 *
 * @param {Record<string, FieldLookup>} lookups
 * @returns {Record<string, (this: Context) => Promise<MapperFields>>} One function for each lookup, under its name.
 */
function fieldMappings(lookups) {
	const entries = Object.entries(lookups).map(([name, lookup]) => [
		name,
		/** @this {Context} */
		async function () {
			return await mapperFields(this, lookup);
		},
	]);
	return Object.fromEntries(entries);
}

/**
 * What failed is said in the panel's own place for it, as n8n drops the words of an error. Not so when fields are mapped
 * already: n8n would take an empty list for the portal's answer and forget them.
 *
 * @param {Context} context
 * @param {FieldLookup} lookup
 * @returns {Promise<MapperFields>}
 */
async function mapperFields(context, lookup) {
	const found = await fieldsOf(context, lookup).catch(Failure.from);
	if (!(found instanceof Failure)) return { fields: found };
	if (holdsFields(chosen(context, MAPPER))) throw thrown(context, found);
	const notice = [found.message.replace(/[. ]+$/, ''), found.description].filter(Boolean).join('. ');
	return { fields: [], emptyFieldsNotice: escaped(notice) };
}

/**
 * @param {Context} context
 * @param {FieldLookup} lookup
 * @returns {Promise<MapperField[]>}
 */
async function fieldsOf(context, lookup) {
	const source = chosenSource(context, lookup, 'Give the fields under Fields (JSON).');
	/** @type {Record<string, any>} */
	const answers = {};
	/** @type {Field[]} */
	let offered = [];
	for (const step of source.steps) {
		if (fulfilled(context, step.when) && needed(step, offered)) answers[step.id] = await answerOf(context, step, answers, attempt);
		if (source.fields.answer.split('.')[0] === step.id) offered = offeredFields(source, answers);
	}
	const operation = chosen(context, 'operation');
	const isCreation = (source.requiredFor ?? []).includes(operation);
	return sorted(distinct(offered.map((field) => mapperField(source, field, answers, isCreation))));
}

/**
 * @param {Data} step
 * @param {Field[]} offered
 * @returns {boolean} Whether any field has a use for what the step answers.
 */
function needed(step, offered) {
	if (!step.ofTypes && !step.ofFields) return true;
	return offered.some((field) => step.ofTypes?.includes(field.type) || step.ofFields?.includes(field.id));
}

/**
 * @param {Data} source
 * @param {Data} answers
 * @returns {Field[]} The fields of the portal, but for those that only it writes or that have parameters of their own.
 */
function offeredFields(source, answers) {
	const { readOnly } = source.fields;
	return describedFields(source, answers, source.leaveOut).filter((field) => !isYes(field.told[readOnly]));
}

/**
 * @param {Data} source
 * @param {Field} field
 * @param {Data} answers
 * @param {boolean} isCreation
 * @returns {MapperField}
 */
function mapperField(source, field, answers, isCreation) {
	const { required, multiple } = source.fields;
	const known = source.known?.[field.id] ?? {};
	const isRequired = isCreation && isYes(field.told[required]) && !(source.filledIn ?? []).includes(field.id);
	const options = known.choices ?? choicesOf(source, field, answers);
	const isSeveral = isYes(field.told[multiple]);
	const single = options.length ? 'options' : (known.type ?? source.types?.[field.type] ?? 'string');
	const label = labelOf(source, field);
	return {
		id: field.id,
		displayName: isSeveral && options.length ? `${label} (${listed(options)})` : label,
		required: isRequired,
		defaultMatch: false,
		canBeUsedToMatch: false,
		display: true,
		removed: !isRequired,
		type: isSeveral ? 'array' : single,
		...(options.length ? { options } : {}),
	};
}

/**
 * n8n's mapper keeps no several choices of a dropdown, so a list of names is written, and the label has to tell them.
 *
 * @param {import('n8n-workflow').INodePropertyOptions[]} options
 * @returns {string}
 */
function listed(options) {
	const names = options.slice(0, MOST_NAMED).map((option) => option.name).join(', ');
	return options.length > MOST_NAMED ? `${names}, …` : names;
}

/** @param {any} value What a mapper stores. */
function holdsFields(value) {
	return Boolean(value?.schema?.length);
}

/** @param {unknown} value The portal's words for yes. */
function isYes(value) {
	return value === true || value === 'Y';
}

/**
 * @param {MapperField[]} fields
 * @returns {MapperField[]} Fields that share their label are told apart by their names.
 */
function distinct(fields) {
	const isShared = sharing(fields, (field) => field.displayName);
	return fields.map((field) =>
		isShared(field) ? { ...field, displayName: `${field.displayName} (${field.id})` } : field,
	);
}

/**
 * @param {MapperField[]} fields
 * @returns {MapperField[]} Required ones first, then by their labels.
 */
function sorted(fields) {
	return fields.sort(
		(one, other) => Number(other.required) - Number(one.required) || one.displayName.localeCompare(other.displayName),
	);
}

/** @param {string} text Words that n8n shows as HTML. */
function escaped(text) {
	return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

module.exports = { fieldMappings };
