// @ts-check
'use strict';

/** What the portal's HTTP answer says: a result, or what went wrong and what to do about it. */

const { Failure } = require('../failure.js');
/** @type {Record<string, string>} Error codes, in capitals, and what to do about them. */
const remedies = require('./remedies.json');

/**
 * @typedef {object} Answer What a method answered.
 * @property {any} result
 * @property {number} [total] Number of all rows, where the method counts them.
 * @property {number} [next] Start of the next page, where there is one.
 */

/** Codes that stand for any refusal; the sentence beside them says more. */
const CODES_WITHOUT_MEANING = ['', '0', '100'];

/**
 * @param {unknown} body What came back, parsed where it was JSON.
 * @param {number} http
 * @param {string} method
 * @returns {Answer | Failure}
 */
function readAnswer(body, http, method) {
	if (!isObject(body)) return notJson(body, http, method);
	if ('error' in body) return refusal(body, http, method);
	if (!('result' in body)) return unexpected(`The portal answered without a result (HTTP ${http})`, http, method);
	return { result: body.result, total: count(body.total), next: count(body.next) };
}

/**
 * @param {Record<string, any>} body
 * @param {number} http
 * @param {string} method
 * @returns {Failure}
 */
function refusal(body, http, method) {
	const nested = isObject(body.error);
	const code = String((nested ? body.error.code : body.error) ?? '');
	const said = nested ? nestedMessage(body.error) : String(body.error_description || body.error_message || '').trim();
	const message = said || code || 'Bitrix24 refused the call';
	return new Failure(message, adviceFor(code, message, method), { code, http, method });
}

/**
 * REST 3.0 says what is wrong field by field.
 *
 * @param {Record<string, any>} error
 * @returns {string}
 */
function nestedMessage(error) {
	const fields = (error.validation ?? []).map((/** @type {any} */ fault) => `${fault.field}: ${fault.message}`);
	return [error.message, fields.join('; ')].filter(Boolean).join(' ');
}

/**
 * @param {string} code
 * @param {string} message
 * @param {string} method
 * @returns {string}
 */
function adviceFor(code, message, method) {
	const bySentence = CODES_WITHOUT_MEANING.includes(code) ? remedies[message.replace(/[. ]+$/, '').toUpperCase()] : '';
	const remedy = bySentence || remedies[code.toUpperCase()] || '';
	return [`Bitrix24 said so about ${method}${code ? ` (${code})` : ''}.`, remedy].filter(Boolean).join(' ');
}

/**
 * @param {unknown} body
 * @param {number} http
 * @param {string} method
 * @returns {Failure}
 */
function notJson(body, http, method) {
	if (http >= 300 && http < 400) {
		return unexpected(`The portal's address leads to another address (HTTP ${http})`, http, method);
	}
	const text = typeof body === 'string' ? body.trim() : '';
	const kind = text.startsWith('<') ? 'a web page' : text ? 'something cut off' : 'nothing';
	return unexpected(`The portal answered with ${kind} instead of JSON (HTTP ${http})`, http, method);
}

/**
 * @param {string} message
 * @param {number} http
 * @param {string} method
 * @returns {Failure}
 */
function unexpected(message, http, method) {
	return new Failure(message, remedies.NOT_JSON, { code: 'NOT_JSON', http, method });
}

/**
 * @param {unknown} value A number that PHP may have written as text.
 * @returns {number | undefined}
 */
function count(value) {
	const isNumber = typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value));
	return isNumber ? Number(value) : undefined;
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, any>}
 */
function isObject(value) {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

module.exports = { readAnswer, isObject };
