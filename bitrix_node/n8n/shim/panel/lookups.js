// @ts-check
'use strict';

/**
 * Lookups: what the node's definitions say of reading a kind of record, as n8n's dropdowns and searchable lists.
 * Whatever cannot be read is thrown; a list never holds anything that the portal did not give.
 */

const { Failure, thrown } = require('../failure.js');
const { at, put, valueOf } = require('./arguments.js');
const { readBatch } = require('./batch.js');
const { readMethod } = require('./cache.js');
const { portalAddress } = require('./portal.js');

/**
 * @typedef {import('n8n-workflow').ILoadOptionsFunctions} ILoadOptionsFunctions
 * @typedef {import('n8n-workflow').INodeListSearchItems} INodeListSearchItems
 * @typedef {import('./arguments.js').Source} Source
 *
 * @typedef {object} Request
 * @property {string} method
 * @property {number} version
 * @property {Record<string, Source>} arguments Place -> source.
 * @property {{cursor: string, send: {cursor?: string, size?: string}, size: number | null}} paging
 * @property {string} rows Path of the rows in the result.
 *
 * @typedef {object} Lookup
 * @property {string} name
 * @property {Request} [request]
 * @property {Source} [by] Gives the name of the lookup that does the work.
 * @property {{lookup: string, argument: string, own: string | null}} [each]
 * @property {{argument: string | null, fields: string[], minimum: number, request: Request | null}} [search]
 * @property {Record<string, any[]>} only
 * @property {string[]} value Fields, of which the first that is there counts.
 * @property {string} prefix
 * @property {string[][]} label
 * @property {string} link
 *
 * @typedef {object} Use A lookup, and the parameters that give its inputs.
 * @property {string} lookup
 * @property {import('./arguments.js').Inputs} inputs
 *
 * @typedef {object} Definitions
 * @property {Record<string, Lookup>} lookups
 * @property {Record<string, Use>} listSearch Name of a method of n8n -> what it looks up.
 * @property {Record<string, Use>} loadOptions
 *
 * @typedef {object} Query One question to the portal.
 * @property {ILoadOptionsFunctions} context
 * @property {Record<string, Lookup>} lookups
 * @property {import('./arguments.js').Inputs} inputs
 * @property {string} text What is searched for.
 *
 * @typedef {{name: string, value: any, row: any}} Entry
 * @typedef {{entries: Entry[], next: number | undefined}} Page
 */

/** Where the portal does not search, pages are read until this many rows fit, ... */
const ENOUGH = 20;
/** ... or until this many pages are read; the list goes on from there when a person scrolls. */
const MAXIMUM_PAGES = 10;

/** How the next page is asked for. @type {Record<string, (request: Request, start: number, answer: import('./portal.js').Answer, count: number) => number | undefined>} */
const NEXT_PAGE = {
	none: () => undefined,
	next: (_request, _start, answer) => answer.next,
	counted: (request, start, _answer, count) => (count >= (request.paging.size ?? 1) ? start + count : undefined),
};

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
 * @template T
 * @param {ILoadOptionsFunctions} context
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
async function inWords(context, work) {
	const outcome = await work().catch((/** @type {any} */ error) => (error instanceof Failure ? thrown(context, error) : error));
	if (outcome instanceof Error) throw outcome;
	return outcome;
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
	const options = [];
	/** @type {number | undefined} */
	let start = 0;
	for (let pages = 0; start !== undefined && pages < MAXIMUM_PAGES; pages += 1) {
		const page = /** @type {Page} */ (await readPage(query, lookup, start));
		options.push(...page.entries.map(({ name, value }) => ({ name, value })));
		start = page.next;
	}
	return options;
}

/**
 * @param {Query} query
 * @param {string} name
 * @returns {Lookup} The lookup that does the work.
 */
function chosenLookup(query, name) {
	const lookup = query.lookups[name];
	return lookup.by ? chosenLookup(query, valueOf(query.context, query.inputs, lookup.by)) : lookup;
}

/**
 * Reads a page, and further ones where too few rows fit.
 *
 * @param {Query} query
 * @param {Lookup} lookup
 * @param {number} start
 * @returns {Promise<Page>}
 */
async function readOn(query, lookup, start) {
	const entries = [];
	/** @type {number | undefined} */
	let next = start;
	for (let pages = 0; next !== undefined && pages < MAXIMUM_PAGES && entries.length < ENOUGH; pages += 1) {
		const page = /** @type {Page} */ (await readPage(query, lookup, next));
		entries.push(...page.entries);
		next = page.next;
	}
	return { entries, next };
}

/**
 * @param {Query} query
 * @param {Lookup} lookup
 * @param {number} start
 * @returns {Promise<Page>}
 */
async function readPage(query, lookup, start) {
	const page = lookup.each ? await readEach(query, lookup, start) : await readRows(query, lookup, start);
	if (isSearched(query, lookup)) return page;
	return { ...page, entries: page.entries.filter((entry) => fits(entry, query.text)) };
}

/**
 * @param {Query} query
 * @param {Lookup} lookup
 * @param {number} start
 * @returns {Promise<Page>}
 */
async function readRows(query, lookup, start) {
	const request = requestOf(query, lookup);
	const { method, version, paging } = request;
	const sent = argumentsOf(query, lookup, request);
	if (paging.send.cursor && start) put(sent, paging.send.cursor, start);
	if (paging.send.size && paging.size) put(sent, paging.send.size, paging.size);
	const answer = await readMethod(query.context, { method, version, arguments: sent });
	const rows = rowsAt(answer.result, request.rows);
	return { entries: entriesOf(lookup, rows, ''), next: NEXT_PAGE[paging.cursor](request, start, answer, rows.length) };
}

/**
 * Reads the rows that belong to each row of another lookup.
 *
 * @param {Query} query
 * @param {Lookup} lookup
 * @param {number} start
 * @returns {Promise<Page>}
 */
async function readEach(query, lookup, start) {
	const { lookup: name, argument, own } = /** @type {NonNullable<Lookup['each']>} */ (lookup.each);
	const parents = await readRows({ ...query, text: '' }, query.lookups[name], start);
	const request = requestOf(query, lookup);
	const calls = parents.entries.map(({ value }) => {
		const sent = argumentsOf(query, lookup, request);
		put(sent, argument, value);
		return sent;
	});
	const results = calls.length ? await readBatch(query.context, request.method, calls) : [];
	const isOne = parents.entries.length === 1 && !start && parents.next === undefined;
	const entries = parents.entries.flatMap((parent, index) => {
		const self = own ? [{ name: parent.name, value: at(parent.row, own), row: parent.row }] : [];
		const inside = entriesOf(lookup, rowsAt(results[index], request.rows), isOne ? '' : `${parent.name} / `);
		return [...self.filter((entry) => fits(entry, query.text)), ...inside];
	});
	return { entries, next: parents.next };
}

/**
 * @param {Query} query
 * @param {Lookup} lookup
 * @returns {boolean} Whether the portal does the searching.
 */
function isSearched(query, lookup) {
	return Boolean(query.text && lookup.search && query.text.length >= lookup.search.minimum);
}

/**
 * @param {Query} query
 * @param {Lookup} lookup
 * @returns {Request}
 */
function requestOf(query, lookup) {
	const searching = isSearched(query, lookup) ? lookup.search?.request : null;
	return searching ?? /** @type {Request} */ (lookup.request);
}

/**
 * @param {Query} query
 * @param {Lookup} lookup
 * @param {Request} request
 * @returns {Record<string, any>}
 */
function argumentsOf(query, lookup, request) {
	const sent = {};
	for (const [place, source] of Object.entries(request.arguments)) {
		put(sent, place, valueOf(query.context, query.inputs, source));
	}
	if (isSearched(query, lookup)) putText(sent, /** @type {NonNullable<Lookup['search']>} */ (lookup.search), query.text);
	return sent;
}

/**
 * @param {Record<string, any>} sent
 * @param {NonNullable<Lookup['search']>} search
 * @param {string} text
 */
function putText(sent, search, text) {
	if (search.argument) {
		put(sent, search.argument, text);
		return;
	}
	words(text).forEach((word, index) => {
		for (const field of search.fields) {
			const place = field.lastIndexOf('.');
			const group = `${field.slice(0, place)}.${index}`;
			put(sent, `${group}.logic`, 'OR');
			put(sent, `${group}.${field.slice(place + 1)}`, word);
		}
	});
}

/**
 * @param {string} text
 * @returns {string[]}
 */
function words(text) {
	return text.split(/\s+/).filter(Boolean);
}

/**
 * @param {{name: string, value: any}} entry
 * @param {string} text
 * @returns {boolean} Whether every word of the text stands in the entry's name, or the text is its value.
 */
function fits(entry, text) {
	const name = entry.name.toLowerCase();
	return String(entry.value) === text || words(text.toLowerCase()).every((word) => name.includes(word));
}

/**
 * @param {any} result
 * @param {string} path
 * @returns {any[]}
 */
function rowsAt(result, path) {
	const rows = at(result, path);
	if (rows === null || typeof rows !== 'object') return [];
	return Array.isArray(rows) ? rows : Object.values(rows);
}

/**
 * @param {Lookup} lookup
 * @param {any[]} rows
 * @param {string} place What the names begin with.
 * @returns {Entry[]}
 */
function entriesOf(lookup, rows, place) {
	const offered = rows.filter((row) =>
		Object.entries(lookup.only).every(([path, values]) => values.includes(at(row, path))),
	);
	return offered.flatMap((row) => {
		const value = firstOf(lookup.value.map((path) => at(row, path)));
		if (value === undefined) return [];
		const name = firstOf(lookup.label.map((fields) => joined(row, fields))) ?? `#${value}`;
		return [{ name: `${place}${name}`, value: lookup.prefix ? `${lookup.prefix}${value}` : value, row }];
	});
}

/**
 * @param {any} row
 * @param {string[]} fields
 * @returns {string}
 */
function joined(row, fields) {
	return fields.map((path) => String(at(row, path) ?? '').trim()).filter(Boolean).join(' ');
}

/**
 * @param {any[]} values
 * @returns {any} The first that is there.
 */
function firstOf(values) {
	return values.find((value) => value !== undefined && value !== null && value !== '');
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
