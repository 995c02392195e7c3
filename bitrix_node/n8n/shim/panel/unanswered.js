// @ts-check
'use strict';

/** What it means when n8n reports an error instead of an answer. */

const { Failure } = require('../failure.js');
const { notRenewed } = require('../renewal.js');
const { isObject, readAnswer } = require('./answers.js');

/** Codes of Node.js for a connection that was not made in time, or on which nothing came in time. */
const TOO_LATE = ['ECONNABORTED', 'ETIMEDOUT', 'ESOCKETTIMEDOUT'];

/** Codes of Node.js for a connection that did not come about, was cut off, or is not to be trusted. */
const NO_CONNECTION = /^(?:E(?!RR_)[A-Z_]+|CERT_\w+|DEPTH_ZERO\w+|SELF_SIGNED\w+|UNABLE_TO\w+|ERR_TLS\w+)$/;

/**
 * @param {any} error What n8n threw.
 * @param {{portal: string, method: string, seconds: number}} call What was waited for.
 * @returns {Failure}
 */
function unanswered(error, { portal, method, seconds }) {
	const refused = notRenewed(error);
	if (refused) return refused;
	const http = Number(error.httpCode);
	if (http) return /** @type {Failure} */ (readAnswer(isObject(error.context?.data) ? error.context.data : '', http, method));
	const code = String(error.cause?.code ?? error.code ?? '');
	if (TOO_LATE.includes(code)) {
		return new Failure(
			`The portal did not answer within ${seconds} s`,
			`Try again in a moment. If it goes on, open ${portal} to see whether the portal itself is slow. The call was ${method}.`,
		);
	}
	if (NO_CONNECTION.test(code)) {
		return new Failure(
			`The portal ${portal} cannot be reached`,
			`Check the portal's address in the credential, and that the machine of n8n can reach it (${code}).`,
		);
	}
	return Failure.from(error);
}

module.exports = { unanswered };
