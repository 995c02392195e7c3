// @ts-check
'use strict';

/** Files on their way to the runner and back, as base64 inside the job. */

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
	const paths = plan.fileParameters ?? [];
	if (!paths.length) return { items: open, files: open.map(() => null) };
	/** @type {Slice} */
	const slice = { items: [], files: [] };
	let bytes = 0;
	for (const item of open) {
		if (bytes >= JOB_BYTES) break;
		const values = { ...parameters.common, ...parameters.ofItem(item) };
		const files = await readFiles(node, item, paths.flatMap((path) => valuesAt(values, path)));
		bytes += files.bytes;
		slice.items.push(item);
		slice.files.push(files.byField);
	}
	return slice;
}

/**
 * @param {any} values
 * @param {string} path Name of a parameter, `collection.member`, or `collection.group.member`.
 * @returns {unknown[]} One for each row of a group; none where the panel does not show the parameter.
 */
function valuesAt(values, path) {
	return path.split('.').reduce((found, key) => found.flatMap((value) => value?.[key] ?? []), [values]);
}

/**
 * Reads those files that the item has; whether one is missing is for the runner to say.
 *
 * @param {IExecuteFunctions} node
 * @param {number} item
 * @param {unknown[]} fields Names of binary fields.
 * @returns {Promise<{bytes: number, byField: Record<string, File> | null}>}
 */
async function readFiles(node, item, fields) {
	const attached = node.getInputData()[item].binary ?? {};
	/** @type {Record<string, File>} */
	const byField = {};
	let bytes = 0;
	for (const field of fields.flatMap((named) => fieldNames(named, attached))) {
		const { fileName, mimeType } = attached[field];
		const content = await node.helpers.getBinaryDataBuffer(item, field);
		bytes += content.length;
		byField[field] = { data: content.toString('base64'), fileName, mimeType };
	}
	return { bytes, byField: Object.keys(byField).length ? byField : null };
}

/**
 * The fields that a parameter names: one, or several with commas between them.
 *
 * @param {unknown} named
 * @param {object} attached The item's binary fields.
 * @returns {string[]} Those of them that the item has.
 */
function fieldNames(named, attached) {
	if (typeof named !== 'string') return [];
	if (Object.hasOwn(attached, named)) return [named];
	return named.split(',').map((part) => part.trim()).filter((part) => Object.hasOwn(attached, part));
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
