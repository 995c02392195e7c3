// @ts-check
'use strict';

/** What the panel says about a poll, held against what can be watched. */

const { NodeOperationError } = require('n8n-workflow');

/**
 * @typedef {object} Field
 * @property {string} field Its name in filters, orders and selections.
 * @property {string} row Its name in the rows.
 *
 * @typedef {object} ListPlan How a method is asked for its rows (`lists` of the definitions).
 * @property {string} method
 * @property {number} version
 * @property {Record<string, any>} arguments
 * @property {string} rows Where in the result the rows lie; empty for the result itself.
 * @property {Field} id
 * @property {Field} [changed]
 * @property {string} filter
 * @property {boolean} nests
 * @property {string} order
 * @property {string} [sort]
 * @property {string} [select]
 * @property {string[]} selected
 * @property {string[]} everything
 *
 * @typedef {object} RecordPlan One kind of record.
 * @property {string} name
 * @property {string} list
 * @property {Record<string, any>} arguments
 * @property {Record<string, string>} parameters Argument path -> parameter of the panel.
 *
 * @typedef {object} Plan
 * @property {Record<string, ListPlan>} lists
 * @property {Record<string, RecordPlan>} records
 * @property {Record<string, string>} parameters Parameter of the panel -> its label.
 *
 * @typedef {object} Settings
 * @property {string} record
 * @property {'newRecords' | 'changedRecords'} watchFor
 * @property {ListPlan} list
 * @property {Record<string, any>} constants Argument path -> value, for what makes the list hold these records.
 * @property {Record<string, any>} filter The user's own conditions.
 * @property {string[]} select The fields that the user wants; empty for all.
 * @property {string} credential Id of the credential, which stands for the portal.
 */

/**
 * @param {import('n8n-workflow').IPollFunctions} context
 * @param {Plan} plan
 * @returns {Settings}
 */
function readSettings(context, plan) {
	const record = String(context.getNodeParameter('pollRecord'));
	const entry = plan.records[record];
	if (!entry) throw refused(context, `The trigger cannot watch ${JSON.stringify(record)}`, 'Choose a record from the list.');
	const list = plan.lists[entry.list];
	return {
		record,
		watchFor: list.changed ? watchFor(context) : 'newRecords',
		list,
		constants: { ...entry.arguments, ...parameterArguments(context, plan, entry) },
		filter: filterOf(context),
		select: selection(context),
		credential: credentialOf(context),
	};
}

/**
 * @param {import('n8n-workflow').IPollFunctions} context
 * @returns {Settings['watchFor']}
 */
function watchFor(context) {
	return context.getNodeParameter('pollFor', 'newRecords') === 'changedRecords' ? 'changedRecords' : 'newRecords';
}

/**
 * @param {import('n8n-workflow').IPollFunctions} context
 * @param {Plan} plan
 * @param {RecordPlan} entry
 * @returns {Record<string, number>}
 */
function parameterArguments(context, plan, entry) {
	const values = Object.entries(entry.parameters).map(([path, name]) => {
		const given = context.getNodeParameter(name, '', { extractValue: true });
		const value = Number(given);
		if (Number.isInteger(value) && value > 0) return [path, value];
		const label = plan.parameters[name];
		throw refused(
			context,
			value === 0 ? `${label} is missing` : `${label} is no ID: ${JSON.stringify(given)}`,
			`Choose it from the list, or enter its ID: without it there is no telling which ${entry.name} is meant.`,
		);
	});
	return Object.fromEntries(values);
}

/**
 * @param {import('n8n-workflow').IPollFunctions} context
 * @returns {Record<string, any>}
 */
function filterOf(context) {
	const given = context.getNodeParameter('pollFilter', '{}');
	const filter = typeof given === 'string' ? parsed(given.trim() || '{}') : given;
	if (typeof filter === 'object' && filter !== null && !Array.isArray(filter)) return filter;
	throw refused(context, 'Filter (JSON) is not a JSON object', 'It should look like {"STAGE_ID": "NEW"}, with the names of fields as keys.');
}

/**
 * @param {string} text
 * @returns {unknown}
 */
function parsed(text) {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/**
 * @param {import('n8n-workflow').IPollFunctions} context
 * @returns {string[]}
 */
function selection(context) {
	const names = String(context.getNodeParameter('pollSelect', '')).split(',');
	return names.map((name) => name.trim()).filter(Boolean);
}

/**
 * @param {import('n8n-workflow').IPollFunctions} context
 * @returns {string}
 */
function credentialOf(context) {
	const ids = Object.entries(context.getNode().credentials ?? {}).map(([type, { id }]) => `${type}:${id}`);
	return ids.sort().join(' ');
}

/**
 * @param {import('n8n-workflow').IPollFunctions} context
 * @param {string} message
 * @param {string} description
 * @returns {NodeOperationError}
 */
function refused(context, message, description) {
	return new NodeOperationError(context.getNode(), message, { description });
}

module.exports = { readSettings, refused };
