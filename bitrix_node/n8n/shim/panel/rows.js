// @ts-check
'use strict';

/** The rows of a lookup: which calls give them, how they are searched and paged, and what each of them is called. */

const { at, put, valueOf } = require('./arguments.js');
const { readBatch } = require('./batch.js');
const { readMethod } = require('./cache.js');

/**
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
 * @typedef {object} Query One question to the portal.
 * @property {import('n8n-workflow').ILoadOptionsFunctions} context
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
 * @returns {Promise<Entry[]>} Every row, as far as pages are read at once.
 */
async function readAll(query, lookup) {
	const entries = [];
	/** @type {number | undefined} */
	let next = 0;
	for (let pages = 0; next !== undefined && pages < MAXIMUM_PAGES; pages += 1) {
		const page = /** @type {Page} */ (await readPage(query, lookup, next));
		entries.push(...page.entries);
		next = page.next;
	}
	return entries;
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

module.exports = { chosenLookup, readAll, readOn };
