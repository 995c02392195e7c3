// @ts-check
'use strict';

/**
 * Lookups: what the node's definitions say of reading a kind of record, as n8n's dropdowns and searchable lists.
 * Whatever cannot be read is thrown; a list never holds anything that the portal did not give.
 */

const { inWords } = require('../failure.js');
const { valueOf } = require('./arguments.js');
const { portalAddress } = require('./portal.js');
const { chosenLookup, readAll, readOn } = require('./rows.js');

/**
 * @typedef {import('n8n-workflow').ILoadOptionsFunctions} ILoadOptionsFunctions
 * @typedef {import('n8n-workflow').INodeListSearchItems} INodeListSearchItems
 * @typedef {import('./rows.js').Lookup} Lookup
 * @typedef {import('./rows.js').Query} Query
 *
 * @typedef {object} Use A lookup, and the parameters that give its inputs.
 * @property {string} lookup
 * @property {import('./arguments.js').Inputs} inputs
 *
 * @typedef {object} Definitions
 * @property {Record<string, Lookup>} lookups
 * @property {Record<string, Use>} listSearch Name of a method of n8n -> what it looks up.
 * @property {Record<string, Use>} loadOptions
 */

/**
 * @param {Definitions} definitions
 * @returns {Record<string, (this: ILoadOptionsFunctions, filter?: string, paginationToken?: string) => Promise<import('n8n-workflow').INodeListSearchResult>>}
 */
function listSearch(definitions) {
	return each(definitions.listSearch, (use) =>
		async function (filter, paginationToken) {
			return await inWords(this, async () => await searchList(this, definitions, use, filter ?? '', Number(paginationToken ?? 0)));
		},
	);
}

/**
 * @param {Definitions} definitions
 * @returns {Record<string, (this: ILoadOptionsFunctions) => Promise<import('n8n-workflow').INodePropertyOptions[]>>}
 */
function loadOptions(definitions) {
	return each(definitions.loadOptions, (use) =>
		async function () {
			return await inWords(this, async () => await allOptions(this, definitions, use));
		},
	);
}

/**
 * @template T
 * @param {Record<string, Use>} uses
 * @param {(use: Use) => T} made
 * @returns {Record<string, T>}
 */
function each(uses, made) {
	return Object.fromEntries(Object.entries(uses).map(([name, use]) => [name, made(use)]));
}

/**
 * @param {ILoadOptionsFunctions} context
 * @param {Definitions} definitions
 * @param {Use} use
 * @param {string} filter
 * @param {number} start
 */
async function searchList(context, definitions, use, filter, start) {
	const query = { context, lookups: definitions.lookups, inputs: use.inputs, text: filter.trim() };
	const lookup = chosenLookup(query, use.lookup);
	const { entries, next } = await readOn(query, lookup, start);
	const address = await portalAddress(context);
	const results = entries.map(({ name, value }) => withLink(query, lookup, address, { name, value }));
	return next === undefined ? { results } : { results, paginationToken: String(next) };
}

/**
 * @param {ILoadOptionsFunctions} context
 * @param {Definitions} definitions
 * @param {Use} use
 */
async function allOptions(context, definitions, use) {
	const query = { context, lookups: definitions.lookups, inputs: use.inputs, text: '' };
	const lookup = chosenLookup(query, use.lookup);
	const entries = await readAll(query, lookup);
	return entries.map(({ name, value }) => ({ name, value }));
}

/**
 * @param {Query} query
 * @param {Lookup} lookup
 * @param {string} address
 * @param {{name: string, value: any}} item
 * @returns {INodeListSearchItems} The item, with a link to the record where there is one.
 */
function withLink(query, lookup, address, item) {
	if (!lookup.link) return item;
	const path = lookup.link.replace(/\{(\w+)\}/g, (_, name) =>
		encodeURIComponent(name === 'id' ? item.value : valueOf(query.context, query.inputs, { parameter: name })),
	);
	return { ...item, url: `${address}${path}` };
}

module.exports = { listSearch, loadOptions };
