// @ts-check
'use strict';

/** The calls of a field lookup: when each is made, what is sent with it, and what the lookup can do without. */

const { Failure } = require('../failure.js');
const { at, chosen, put } = require('./arguments.js');

/**
 * @typedef {import('n8n-workflow').ILoadOptionsFunctions} Context
 * @typedef {Record<string, any>} Data One node of a lookup, or of what the portal answered.
 * @typedef {import('./answers.js').Answer} Answer
 *
 * @typedef {(context: Context, call: {method: string, arguments: Data}) => Promise<Answer | Failure>} Read How the portal is
 *   asked: anew, or by what it answered a moment ago.
 */

const MOST_PAGES = 20;

/**
 * @param {Context} context
 * @param {Data} step
 * @param {Data} answers What earlier steps answered.
 * @param {Read} read
 * @returns {Promise<any>} The result; nothing where the portal's refusal is one that the lookup can do without.
 */
async function answerOf(context, step, answers, read) {
	/** @type {Data} */
	const sent = {};
	for (const [path, source] of Object.entries(step.arguments ?? {})) {
		const value = resolved(context, source, answers);
		if (value !== undefined) put(sent, path, value);
	}
	const answer = await read(context, { method: step.method, arguments: sent });
	if (!(answer instanceof Failure)) return step.rows ? await allRows(context, step, sent, answer, read) : answer.result;
	const { code } = /** @type {{code?: string}} */ (answer.details);
	if (!(step.tolerates ?? []).includes(code)) throw answer;
	return undefined;
}

/**
 * @param {Context} context
 * @param {Data} step
 * @param {Data} sent
 * @param {Answer} first The first page.
 * @param {Read} read
 * @returns {Promise<any[]>} The rows of all pages, as many as a dropdown can bear.
 */
async function allRows(context, step, sent, first, read) {
	const rows = [...at(first.result, step.rows)];
	let { next } = first;
	for (let page = 1; next !== undefined && page < MOST_PAGES; page += 1) {
		const answer = await read(context, { method: step.method, arguments: { ...sent, start: next } });
		if (answer instanceof Failure) throw answer;
		rows.push(...at(answer.result, step.rows));
		({ next } = answer);
	}
	return rows;
}

/**
 * @param {Context} context
 * @param {Data | undefined} condition Parameter -> the values that fulfil it, or `given` or `missing`.
 * @returns {boolean}
 */
function fulfilled(context, condition) {
	return Object.entries(condition ?? {}).every(([path, wanted]) => {
		const value = chosen(context, path);
		if (typeof wanted === 'string') return isEmpty(value) === (wanted === 'missing');
		return wanted.includes(value);
	});
}

/**
 * @param {Context} context
 * @param {Data} source
 * @param {Data} answers
 * @returns {any} Nothing where the source has nothing.
 */
function resolved(context, source, answers) {
	const value = ownValue(context, source, answers);
	if (!isEmpty(value)) return value;
	if (source.otherwise) return resolved(context, source.otherwise, answers);
	if (source.wanted && (!source.parameter || isEmpty(chosen(context, source.parameter)))) throw new Failure(source.wanted);
	return undefined;
}

/**
 * @param {Context} context
 * @param {Data} source
 * @param {Data} answers
 * @returns {any}
 */
function ownValue(context, source, answers) {
	if (source.answer) return at(answers, source.answer);
	if (!source.parameter) return source.value;
	const value = chosen(context, source.parameter);
	if (source.form && /^\d+$/.test(String(value).trim()) !== (source.form === 'number')) return undefined;
	return source.table ? (source.table[value] ?? value) : value;
}

/** @param {unknown} value */
function isEmpty(value) {
	return value === undefined || value === null || value === '';
}

module.exports = { answerOf, fulfilled };
