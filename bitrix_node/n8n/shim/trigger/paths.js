// @ts-check
'use strict';

/** Values by their path, `FIELDS.ID` or `BOT.*.BOT_ID`; a star is the first key, whatever its name. */

/**
 * @param {any} value
 * @param {string} path
 * @returns {any} What stands there, or undefined.
 */
function at(value, path) {
	let found = value;
	for (const step of path.split('.')) {
		if (typeof found !== 'object' || found === null) return undefined;
		found = step === '*' ? Object.values(found)[0] : Object.hasOwn(found, step) ? found[step] : undefined;
	}
	return found;
}

/**
 * @param {any} value
 * @param {string[]} paths
 * @returns {any} What stands at the first of the paths that leads anywhere.
 */
function firstAt(value, paths) {
	return paths.map((path) => at(value, path)).find((found) => found !== undefined && found !== '');
}

/**
 * @param {Record<string, any>} tree Changed on the way.
 * @param {string} path
 * @param {unknown} value
 */
function setAt(tree, path, value) {
	const steps = path.split('.');
	const last = /** @type {string} */ (steps.pop());
	let place = tree;
	for (const step of steps) place = place[step] ??= {};
	place[last] = value;
}

module.exports = { at, firstAt, setAt };
