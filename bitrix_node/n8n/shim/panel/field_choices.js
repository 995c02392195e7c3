// @ts-check
'use strict';

/** The choices of fields that are chosen from a list: their own, or rows of a directory, stages with their pipeline. */

const { at } = require('./arguments.js');

/**
 * @typedef {Record<string, any>} Data One node of a lookup, or of what the portal answered.
 * @typedef {import('./field_reading.js').Field} Field
 */

/**
 * @param {Data} source
 * @param {Field} field
 * @param {Data} answers
 * @returns {import('n8n-workflow').INodePropertyOptions[]} Empty for a field that is not chosen from a list.
 */
function choicesOf(source, field, answers) {
	const fits = (/** @type {Data} */ rule) => rule.fields?.includes(field.id) || rule.types?.includes(field.type);
	const rule = (source.choices ?? []).find(fits);
	if (!rule) return [];
	const listed = rule.own ? field.told[rule.own] : at(answers, rule.answer);
	const entries = entriesOf(listed, rule).filter(([, entry]) => !rule.of || belongs(rule.of, entry, field));
	const groups = rule.groups ? (at(answers, rule.groups.answer) ?? []) : [];
	if (groups.length) return groups.flatMap((/** @type {Data} */ group) => inGroup(rule, field, entries, group));
	return entries
		.filter(([, entry]) => matches(rule.where, entry, field, String))
		.map(([key, entry]) => choice(rule, key, entry));
}

/**
 * @param {any} listed A list or an object of entries.
 * @param {Data} rule
 * @returns {[string, any][]} What each is filed under, and the entry; plain texts of a list stand for themselves.
 */
function entriesOf(listed, rule) {
	const isPlain = Array.isArray(listed) && !rule.name;
	return isPlain ? listed.map((entry) => [entry, entry]) : Object.entries(listed ?? {});
}

/**
 * @param {Data} of
 * @param {Data} entry
 * @param {Field} field
 */
function belongs(of, entry, field) {
	return `${of.prefix}${entry[of.key]}` === field.id;
}

/**
 * @param {Data} rule
 * @param {Field} field
 * @param {[string, any][]} entries
 * @param {Data} group
 * @returns {import('n8n-workflow').INodePropertyOptions[]} The group's entries, its name in front of theirs.
 */
function inGroup(rule, field, entries, group) {
	const [key] = Object.keys(rule.where);
	const number = String(group[rule.groups.value]);
	return entries
		.filter(([, entry]) => matches(rule.where, entry, field, withoutNumber) && numberOf(entry[key]) === number)
		.map(([own, entry]) => choice(rule, own, entry, `${group[rule.groups.name]} / `));
}

/**
 * @param {Data} rule
 * @param {string} key
 * @param {any} entry
 * @param {string} [prefix]
 */
function choice(rule, key, entry, prefix = '') {
	return { name: `${prefix}${rule.name ? entry[rule.name] : entry}`, value: rule.value ? entry[rule.value] : key };
}

/**
 * @param {Data | undefined} where
 * @param {Data} entry
 * @param {Field} field
 * @param {(text: any) => string} form
 */
function matches(where, entry, field, form) {
	return Object.entries(where ?? {}).every(([key, own]) => form(entry[key]) === form(field.told[own]));
}

/** @param {unknown} text A directory of stages, such as DEAL_STAGE_7. */
function withoutNumber(text) {
	return String(text).replace(/_\d+$/, '');
}

/** @param {unknown} text A directory of stages; that of the first pipeline of deals has no number. */
function numberOf(text) {
	return /_(\d+)$/.exec(String(text))?.[1] ?? '0';
}

module.exports = { choicesOf };
