// @ts-check
'use strict';

/** Several calls of one method in one request. */

const { Failure, thrown } = require('../failure.js');
const { readAnswer } = require('./answers.js');
const { readMethod } = require('./cache.js');

/**
 * @param {import('n8n-workflow').ILoadOptionsFunctions} context
 * @param {string} method
 * @param {Record<string, any>[]} calls The arguments of each call; at most 50.
 * @returns {Promise<any[]>} What each of them gave; `undefined` for one that the portal refused.
 * @throws {NodeApiError} When it refused all of them.
 */
async function readBatch(context, method, calls) {
	const commands = Object.fromEntries(calls.map((call, index) => [`c${index}`, command(method, call)]));
	const { result } = await readMethod(context, { method: 'batch', arguments: { halt: 0, cmd: commands } });
	const results = calls.map((_, index) => result.result?.[`c${index}`]);
	const refusals = Object.values(result.result_error ?? {});
	if (refusals.length === calls.length && calls.length) {
		const failure = readAnswer(typeof refusals[0] === 'object' ? refusals[0] : { error: refusals[0] }, 400, method);
		throw thrown(context, /** @type {Failure} */ (failure));
	}
	return results;
}

/**
 * @param {string} method
 * @param {Record<string, any>} call
 * @returns {string} `method?key[inner]=value&…`
 */
function command(method, call) {
	const query = pairs(call, '').map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`);
	return query.length ? `${method}?${query.join('&')}` : method;
}

/**
 * @param {any} value
 * @param {string} prefix
 * @returns {[string, any][]}
 */
function pairs(value, prefix) {
	if (value === null || typeof value !== 'object') return [[prefix, value]];
	return Object.entries(value).flatMap(([key, inner]) => pairs(inner, prefix ? `${prefix}[${key}]` : key));
}

module.exports = { readBatch };
