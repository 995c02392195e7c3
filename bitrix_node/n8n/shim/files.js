// @ts-check
'use strict';

/** Files on their way to the runner and back, as base64 inside the job. */

const { Failure } = require('./failure.js');

/**
 * @typedef {import('n8n-workflow').IExecuteFunctions} IExecuteFunctions
 * @typedef {import('n8n-workflow').INodeExecutionData} INodeExecutionData
 *
 * @typedef {object} File
 * @property {string} data Base64.
 * @property {string} [fileName]
 * @property {string} mimeType
 *
 * @typedef {object} Slice The items of one job.
 * @property {number[]} items
 * @property {(Record<string, File> | null)[]} files One entry per item.
 * @property {Map<number, Failure>} failures Items whose file is not there.
 */

/** Bytes of files that one job carries at most; a single larger file still goes, alone. */
const JOB_BYTES = 48 * 1024 * 1024;

/**
 * Chooses the items of the next job: all open ones, or as many as their files allow.
 *
 * @param {IExecuteFunctions} node
 * @param {import('./execute.js').OperationPlan} plan
 * @param {import('./parameters.js').ParameterValues} parameters
 * @param {number[]} open
 * @returns {Promise<Slice>}
 */
async function nextSlice(node, plan, parameters, open) {
	const { binaryInput } = plan;
	if (!binaryInput) return { items: open, files: open.map(() => null), failures: new Map() };
	/** @type {Slice} */
	const slice = { items: [], files: [], failures: new Map() };
	let bytes = 0;
	for (const item of open) {
		if (bytes >= JOB_BYTES) break;
		try {
			const file = await readFile(node, item, propertyOf(parameters, item, binaryInput));
			bytes += file?.bytes ?? 0;
			slice.items.push(item);
			slice.files.push(file?.entry ?? null);
		} catch (error) {
			slice.failures.set(item, Failure.from(error));
		}
	}
	return slice;
}

/**
 * @param {import('./parameters.js').ParameterValues} parameters
 * @param {number} item
 * @param {string} path Name of the parameter, or `collection.member`.
 * @returns {unknown} The name of the binary field, or undefined where the panel does not show the parameter.
 */
function propertyOf(parameters, item, path) {
	const values = { ...parameters.common, ...parameters.ofItem(item) };
	return path.split('.').reduce((/** @type {any} */ value, key) => value?.[key], values);
}

/**
 * @param {IExecuteFunctions} node
 * @param {number} item
 * @param {unknown} property
 */
async function readFile(node, item, property) {
	if (typeof property !== 'string' || property === '') return null;
	const { fileName, mimeType } = node.helpers.assertBinaryData(item, property);
	const content = await node.helpers.getBinaryDataBuffer(item, property);
	return { bytes: content.length, entry: { [property]: { data: content.toString('base64'), fileName, mimeType } } };
}

/**
 * Hands the files in a job's items over to n8n's binary storage.
 *
 * @param {IExecuteFunctions} node
 * @param {any[]} items Items whose `binary` holds base64.
 * @returns {Promise<INodeExecutionData[]>}
 */
async function withStoredFiles(node, items) {
	return await Promise.all(items.map(async (item) => (item.binary ? await withStoredFile(node, item) : item)));
}

/**
 * @param {IExecuteFunctions} node
 * @param {{json: import('n8n-workflow').IDataObject, binary: Record<string, File>, pairedItem: {item: number}}} item
 * @returns {Promise<INodeExecutionData>}
 */
async function withStoredFile(node, item) {
	const entries = Object.entries(item.binary).map(async ([property, file]) => [
		property,
		await node.helpers.prepareBinaryData(Buffer.from(file.data, 'base64'), file.fileName, file.mimeType),
	]);
	return { json: item.json, binary: Object.fromEntries(await Promise.all(entries)), pairedItem: item.pairedItem };
}

module.exports = { nextSlice, withStoredFiles };
