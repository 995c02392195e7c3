// @ts-check
'use strict';

/** Which of the open items the next job takes: all of them, or as many as one message may carry. */

const { Failure } = require('./failure.js');
const { readFiles } = require('./files.js');

/**
 * @typedef {object} Slice The items of one job.
 * @property {number[]} items
 * @property {(Record<string, import('./files.js').File> | null)[]} files One entry per item.
 * @property {Map<number, Failure>} refused Items that no message may carry.
 */

/** What one job carries at most, so that neither side holds more than it must; a larger item still goes, alone. */
const JOB_BYTES = 64 * 1024 * 1024;

/** Room for everything in a message that does not grow with its items. */
const ENVELOPE_BYTES = 8 * 1024;

/**
 * @param {import('n8n-workflow').IExecuteFunctions} node
 * @param {import('./execute.js').OperationPlan} plan
 * @param {import('./parameters.js').ParameterValues} parameters
 * @param {number[]} open
 * @param {number} [limit] Bytes that the runner takes in one message.
 * @returns {Promise<Slice>}
 */
async function nextSlice(node, plan, parameters, open, limit = Infinity) {
	const room = limit - ENVELOPE_BYTES - jsonBytes(parameters.common);
	/** @type {Slice} */
	const slice = { items: [], files: [], refused: new Map() };
	let bytes = 0;
	for (const item of open) {
		const own = parameters.ofItem(item);
		const files = await readFiles(node, item, plan.fileParameters ?? [], { ...parameters.common, ...own });
		const size = jsonBytes([item, own, files]);
		if (size > room) slice.refused.set(item, tooLarge(size, limit));
		if (size > room) continue;
		if (bytes + size > room || bytes >= JOB_BYTES) break;
		bytes += size;
		slice.items.push(item);
		slice.files.push(files);
	}
	return slice;
}

/**
 * @param {unknown} value
 * @returns {number}
 */
function jsonBytes(value) {
	return Buffer.byteLength(JSON.stringify(value));
}

/**
 * @param {number} size
 * @param {number} limit
 * @returns {Failure}
 */
function tooLarge(size, limit) {
	const [needed, allowed] = [size + ENVELOPE_BYTES, limit].map((bytes) => bytes.toLocaleString('en-US'));
	return new Failure(
		`The item is too large for the Bitrix24 runner: its message has up to ${needed} bytes, and ${allowed} are allowed`,
		'Nothing of it was sent. Use a smaller file or shorter values, or raise N8N_RUNNERS_MAX_PAYLOAD for n8n and for the runner.',
		{ code: 'PAYLOAD_TOO_LARGE', retryable: false },
	);
}

module.exports = { nextSlice };
