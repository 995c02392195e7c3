// @ts-check
'use strict';

/** Bitrix24 posts events as PHP writes forms, `data[FIELDS][ID]=5`; n8n hands such names on as they are. */

/** @typedef {Record<string, any>} Tree */

const STEP = /\[([^\]]*)\]/g;
const UNSAFE = ['__proto__', 'constructor', 'prototype'];

/**
 * @param {unknown} body What n8n parsed: names with brackets, or JSON that is nested already.
 * @returns {Tree} The nested values. A name that was sent twice keeps both values, in a list.
 */
function nested(body) {
	/** @type {Tree} */
	const tree = {};
	if (typeof body !== 'object' || body === null) return tree;
	for (const [name, value] of Object.entries(body)) put(tree, steps(name), value);
	return withLists(tree);
}

/**
 * @param {string} name
 * @returns {string[]}
 */
function steps(name) {
	const bracket = name.indexOf('[');
	if (bracket < 1) return [name];
	return [name.slice(0, bracket), ...[...name.slice(bracket).matchAll(STEP)].map((match) => match[1])];
}

/**
 * @param {Tree} tree
 * @param {string[]} path
 * @param {unknown} value
 */
function put(tree, path, value) {
	if (path.some((step) => UNSAFE.includes(step))) return;
	let place = tree;
	for (const step of path.slice(0, -1)) {
		const key = step || String(Object.keys(place).length);
		if (!Object.hasOwn(place, key)) place[key] = {};
		if (typeof place[key] !== 'object' || place[key] === null) place[key] = { 0: place[key] };
		place = place[key];
	}
	const key = path[path.length - 1] || String(Object.keys(place).length);
	place[key] = Object.hasOwn(place, key) ? [place[key], value] : value;
}

/**
 * PHP has one kind of array: one whose keys count from zero is a list.
 *
 * @param {any} value
 * @returns {any}
 */
function withLists(value) {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
	const entries = Object.entries(value).map(([key, entry]) => [key, withLists(entry)]);
	const isList = entries.length > 0 && entries.every(([key], index) => key === String(index));
	return isList ? entries.map(([, entry]) => entry) : Object.fromEntries(entries);
}

module.exports = { nested };
