// @ts-check
'use strict';

/**
 * What the generated plan of the trigger holds; the words are explained in node_definitions/schema/trigger.schema.json.
 *
 * @typedef {object} KnownEvent
 * @property {string} [id] Where the event carries the number of its record.
 * @property {string} [record] The kind of that record.
 *
 * @typedef {object} RecordSource
 * @property {string} method
 * @property {Record<string, any>} [arguments]
 * @property {Record<string, string>} eventArguments
 * @property {string} [answer]
 * @property {string} [changedBy]
 *
 * @typedef {object} BotEvent
 * @property {string} code
 * @property {string} [classicCode]
 * @property {string} [classicHandler]
 *
 * @typedef {object} TriggerPlan
 * @property {string[]} receives Modes in which Bitrix24 calls.
 * @property {string[]} polls Modes in which n8n asks.
 * @property {Record<string, KnownEvent>} events
 * @property {Record<string, RecordSource>} records
 * @property {Record<string, BotEvent>} botEvents
 * @property {Record<string, string[]>} botAnswers
 * @property {import('./polling/settings.js').Plan} polling What can be polled.
 */

module.exports = {};
