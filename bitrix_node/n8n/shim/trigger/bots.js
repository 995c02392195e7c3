// @ts-check
'use strict';

/** Lets the events of a chatbot come here, in the current API (imbot.v2) and in the old one (imbot). */

const { NodeOperationError } = require('n8n-workflow');
const { Failure } = require('../failure.js');
const { callMethod } = require('../panel/portal.js');
const { address } = require('./address.js');
const { forget, stateOf } = require('./state.js');

/**
 * @typedef {import('n8n-workflow').IHookFunctions} IHookFunctions
 * @typedef {import('./plan.js').TriggerPlan} TriggerPlan
 *
 * @typedef {object} BotApi
 * @property {(node: IHookFunctions, plan: TriggerPlan) => Promise<string>} register Answers the bot's number.
 * @property {(node: IHookFunctions, plan: TriggerPlan, bot: string) => Promise<void>} turnHere
 */

const NOT_FOUND = /not.?found/i;

/** @type {BotApi} */
const CURRENT = {
	register: async (node) => {
		const fields = {
			code: parameter(node, 'botCode'),
			properties: { name: parameter(node, 'botName') },
			eventMode: 'webhook',
			webhookUrl: await address(node),
			...token(node),
		};
		const { result } = await callMethod(node, { method: 'imbot.v2.Bot.register', arguments: { fields } });
		return String(result.bot.id);
	},
	turnHere: async (node, plan, bot) => {
		await update(node, bot, { eventMode: 'webhook', webhookUrl: await address(node) });
	},
};

/** @type {BotApi} */
const OLD = {
	register: async (node, plan) => {
		const given = {
			CODE: parameter(node, 'botCode'),
			PROPERTIES: { NAME: parameter(node, 'botName') },
			...(await classicHandlers(node, plan)),
			...clientId(node),
		};
		const { result } = await callMethod(node, { method: 'imbot.register', arguments: given });
		return String(result);
	},
	turnHere: async (node, plan, bot) => {
		const given = { BOT_ID: Number(bot), FIELDS: await classicHandlers(node, plan), ...clientId(node) };
		await callMethod(node, { method: 'imbot.update', arguments: given });
		for (const command of commandIds(node)) {
			const fields = { EVENT_COMMAND_ADD: await address(node) };
			const named = { COMMAND_ID: command, FIELDS: fields, ...clientId(node) };
			await callMethod(node, { method: 'imbot.command.update', arguments: named });
		}
	},
};

/**
 * @param {IHookFunctions} node
 * @returns {Promise<boolean>} Whether the bot's events come here; asked of the portal where that can tell.
 */
async function exists(node) {
	return !isOld(node) && stateOf(node).turnedHere === (await address(node)) && (await current(node))?.eventMode === 'webhook';
}

/**
 * @param {IHookFunctions} node
 * @param {TriggerPlan} plan
 */
async function create(node, plan) {
	const api = isOld(node) ? OLD : CURRENT;
	const state = stateOf(node);
	state.applicationToken = undefined;
	const bot = parameter(node, 'bot') === 'own' ? await api.register(node, plan) : picked(node);
	requireNumber(node, bot);
	await api.turnHere(node, plan, bot);
	state.turnedHere = await address(node);
}

/** @param {IHookFunctions} node */
async function remove(node) {
	const bot = isOld(node) ? undefined : await current(node);
	// Where the events went before is told by no method: they wait in the bot's queue from now on. The old API has no way
	// to say that a bot is to be told nothing: n8n answers 404 until somebody else takes over.
	if (bot) await update(node, String(bot.id), { eventMode: 'fetch' });
	forget(stateOf(node));
}

/**
 * @param {IHookFunctions} node
 * @returns {Promise<Record<string, any> | undefined>} The bot of the panel, in the current API; nothing if there is none.
 */
async function current(node) {
	const isOwn = parameter(node, 'bot') === 'own';
	const named = isOwn ? { code: parameter(node, 'botCode') } : { botId: Number(picked(node)) };
	const given = { ...named, ...token(node) };
	const answer = await callMethod(node, { method: 'imbot.v2.Bot.get', arguments: given }).catch(Failure.from);
	if (!(answer instanceof Failure)) return answer.result.bot;
	if (NOT_FOUND.test(`${answer.message} ${answer.description}`)) return undefined;
	throw new NodeOperationError(node.getNode(), answer.message, { description: answer.description });
}

/**
 * @param {IHookFunctions} node
 * @param {string} bot
 * @param {Record<string, any>} fields
 */
async function update(node, bot, fields) {
	const given = { botId: Number(bot), ...token(node), fields };
	await callMethod(node, { method: 'imbot.v2.Bot.update', arguments: given });
}

/**
 * @param {IHookFunctions} node
 * @param {string} bot
 */
function requireNumber(node, bot) {
	if (/^\d+$/.test(bot)) return;
	throw new NodeOperationError(node.getNode(), bot ? `'Existing Bot' is no number: '${bot}'` : "'Existing Bot' is missing", {
		description: "Choose it from the list, or enter the ID that 'Register Bot' returned, such as 39.",
	});
}

/**
 * @param {IHookFunctions} node
 * @param {TriggerPlan} plan
 */
async function classicHandlers(node, plan) {
	const here = await address(node);
	const names = Object.values(plan.botEvents).map(({ classicHandler }) => classicHandler);
	return Object.fromEntries(names.filter(Boolean).map((name) => [name, here]));
}

/** @param {IHookFunctions} node */
function commandIds(node) {
	return parameter(node, 'commandIds').split(/[,\s]+/).filter(Boolean).map(Number);
}

/** @param {IHookFunctions} node */
function token(node) {
	const botToken = parameter(node, 'botToken');
	return botToken ? { botToken } : {};
}

/** @param {IHookFunctions} node */
function clientId(node) {
	const client = parameter(node, 'clientId');
	return client ? { CLIENT_ID: client } : {};
}

/** @param {IHookFunctions} node */
function isOld(node) {
	return parameter(node, 'apiVersion') === 'old';
}

/**
 * @param {IHookFunctions} node
 * @returns {string} The bot of the panel; older workflows hold its ID as a text.
 */
function picked(node) {
	return String(node.getNodeParameter('botId', '', { extractValue: true }) ?? '').trim();
}

/**
 * @param {IHookFunctions} node
 * @param {string} name
 */
function parameter(node, name) {
	return String(node.getNodeParameter(name, '') ?? '').trim();
}

module.exports = { create, exists, remove };
