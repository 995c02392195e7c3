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
 */

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
 * @param {string[]} paths Parameters that name a binary field.
 * @param {object} values The item's parameters.
 * @returns {Promise<Record<string, File> | null>}
 */
async function readFiles(node, item, paths, values) {
	if (!paths.length) return null;
	const attached = node.getInputData()[item].binary ?? {};
	const named = paths.flatMap((path) => valuesAt(values, path));
	/** @type {Record<string, File>} */
	const byField = {};
	for (const field of named.flatMap((name) => fieldNames(name, attached))) {
		const { fileName, mimeType } = attached[field];
		const content = await node.helpers.getBinaryDataBuffer(item, field);
		byField[field] = { data: content.toString('base64'), fileName, mimeType };
	}
	return Object.keys(byField).length ? byField : null;
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

module.exports = { readFiles, withStoredFiles };
