'use strict';

/**
 * Runs the shim once in an execution context made from a scenario (JSON on stdin) and prints what it did.
 *
 * Scenario: {shim, plan, parameters, values, inputs, continueOnFail, credentials, answers}
 *   values       parameter -> one value per item, or {throws: text}, for parameters that hold expressions
 *   credentials  what getCredentials returns, in turn; the last one stays
 *   answers      what startJob gives, in turn: {result} | {error} | {throws}
 */

const { execute } = require(process.argv[2]);
const scenario = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
const record = { jobs: [], reads: [], refreshes: 0 };

function inTurn(list) {
	return () => (list.length > 1 ? list.shift() : list[0]);
}

const credentials = inTurn(scenario.credentials);
const answers = inTurn(scenario.answers);

function getNodeParameter(name, item, fallback, options) {
	record.reads.push([name, item]);
	const value = scenario.values[name] ? scenario.values[name][item] : scenario.parameters[name];
	if (value?.throws) throw new Error(value.throws);
	return options?.extractValue ? value.value : value;
}

function assertBinaryData(item, property) {
	const file = scenario.inputs[item].binary?.[property];
	if (!file) throw new Error(`This operation expects the node's input data to contain a binary file '${property}', but none was found [item ${item}]`);
	return file;
}

const context = {
	getNode: () => ({ name: 'Bitrix24', parameters: scenario.parameters }),
	getInputData: () => scenario.inputs,
	continueOnFail: () => scenario.continueOnFail,
	getTimezone: () => 'Europe/Berlin',
	getNodeParameter,
	getCredentials: async () => {
		const credential = credentials();
		if (credential.throws) throw new Error(credential.throws);
		return credential;
	},
	startJob: async (type, settings) => {
		record.jobs.push({ type, settings });
		const answer = answers();
		if (answer.throws) throw new Error(answer.throws);
		return answer.error ? { ok: false, error: answer.error } : { ok: true, result: answer.result };
	},
	helpers: {
		assertBinaryData,
		getBinaryDataBuffer: async (item, property) => Buffer.from(assertBinaryData(item, property).text),
		prepareBinaryData: async (buffer, fileName, mimeType) => ({ stored: buffer.toString(), fileName, mimeType }),
		refreshOAuth2Token: async () => {
			record.refreshes += 1;
		},
	},
};

execute(context, scenario.plan)
	.then(
		(output) => ({ output }),
		(error) => ({
			thrown: {
				kind: error.constructor.name,
				message: error.message,
				description: error.description,
				httpCode: error.httpCode,
				itemIndex: error.context?.itemIndex,
			},
		}),
	)
	.then((outcome) => console.log(JSON.stringify({ ...record, ...outcome })));
