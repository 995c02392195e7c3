'use strict';

/** What n8n hands out of a value in the panel: the ID alone out of a resource locator where it is asked for. */

/**
 * @param {any} held
 * @param {{extractValue?: boolean} | undefined} options
 */
function extracted(held, options) {
	return options?.extractValue && held?.__rl ? held.value : held;
}

module.exports = { extracted };
