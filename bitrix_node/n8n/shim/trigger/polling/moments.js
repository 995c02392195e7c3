// @ts-check
'use strict';

/** Moments as the portal writes them, to the second: only its own clock counts, in whatever time zone it tells the time. */

/**
 * @typedef {object} Moment
 * @property {number} seconds Since 1970.
 * @property {number} offset Seconds by which the zone it was written in is ahead of UTC.
 */

const WRITTEN = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.\d+)?(?:(Z)|([+-])(\d\d):?(\d\d))?$/;

/**
 * @param {unknown} text ISO 8601 to the second, as `2026-03-01T09:00:00+02:00`.
 * @param {number} offset The zone's offset in seconds, where the text names none.
 * @returns {Moment | undefined} `undefined` when it is no moment.
 */
function readMoment(text, offset = 0) {
	const match = WRITTEN.exec(String(text ?? ''));
	if (!match) return undefined;
	const [, day, time, utc, sign, hours, minutes] = match;
	const written = utc ? 0 : sign ? Number(`${sign}1`) * (Number(hours) * 3600 + Number(minutes) * 60) : offset;
	const seconds = Date.parse(`${day}T${time}Z`) / 1000 - written;
	return Number.isNaN(seconds) ? undefined : { seconds, offset: written };
}

/**
 * @param {Moment} moment
 * @returns {string} The moment in its own zone.
 */
function writeMoment({ seconds, offset }) {
	const [local] = new Date((seconds + offset) * 1000).toISOString().split('.');
	const minutes = Math.abs(offset) / 60;
	const two = (/** @type {number} */ number) => String(Math.trunc(number)).padStart(2, '0');
	return `${local}${offset < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
}

module.exports = { readMoment, writeMoment };
