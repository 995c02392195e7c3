// @ts-check
'use strict';

/** An event as it was posted or queued, and as the workflow gets it. */

const { nested } = require('./form.js');
const { at } = require('./paths.js');
const { withoutTokens } = require('./secrets.js');

/**
 * @typedef {import('./plan.js').TriggerPlan} TriggerPlan
 *
 * @typedef {object} PortalEvent
 * @property {string} code In capitals.
 * @property {any} data
 * @property {Record<string, any>} auth Who calls; holds tokens.
 * @property {string} [date]
 */

const NUMBER = /^\d{1,15}$/;
const SMART_PROCESS_EVENT = /^(ONCRMDYNAMICITEM(?:ADD|UPDATE|DELETE))_\d+$/;

/**
 * @param {unknown} body
 * @returns {PortalEvent}
 */
function readEvent(body) {
	const { event, data, ts, auth } = nested(body);
	const isObject = typeof auth === 'object' && auth !== null;
	return { code: String(event ?? '').toUpperCase(), data: data ?? {}, auth: isObject ? auth : {}, date: dateOf(ts) };
}

/**
 * @param {Record<string, any>} row One row of the queue of offline events.
 * @returns {PortalEvent}
 */
function queuedEvent(row) {
	const code = String(row.EVENT_NAME ?? '').toUpperCase();
	return { code, data: row.EVENT_DATA || {}, auth: {}, date: row.TIMESTAMP_X };
}

/**
 * @param {TriggerPlan} plan
 * @param {PortalEvent} event
 * @returns {Record<string, any>} What the workflow gets: no token of any kind.
 */
function describe(plan, event) {
	const { domain, member_id, user_id } = event.auth;
	return {
		event: event.code,
		...present({ id: idOf(plan, event), date: event.date, portal: domain, memberId: member_id, userId: number(user_id) }),
		data: withoutTokens(event.data),
	};
}

/**
 * @param {TriggerPlan} plan
 * @param {string} code
 * @returns {import('./plan.js').KnownEvent} What is known of the event; of each smart process' own events, too.
 */
function knownEvent(plan, code) {
	return plan.events[code] ?? plan.events[SMART_PROCESS_EVENT.exec(code)?.[1] ?? ''] ?? {};
}

/**
 * @param {TriggerPlan} plan
 * @param {PortalEvent} event
 */
function idOf(plan, event) {
	const { id } = knownEvent(plan, event.code);
	return number(at(event.data, id ?? 'FIELDS.ID'));
}

/**
 * @param {unknown} value
 * @returns {any} A number where a form had one written as text.
 */
function number(value) {
	return typeof value === 'string' && NUMBER.test(value) ? Number(value) : value;
}

/** @param {unknown} seconds */
function dateOf(seconds) {
	return NUMBER.test(String(seconds ?? '')) ? new Date(Number(seconds) * 1000).toISOString() : undefined;
}

/**
 * @param {Record<string, any>} values
 * @returns {Record<string, any>} Those that are there.
 */
function present(values) {
	return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== null));
}

module.exports = { describe, idOf, knownEvent, number, present, queuedEvent, readEvent };
