'use strict';

/**
 * Runs the shim once in an execution context made from a scenario (JSON on stdin) and prints what it did.
 *
 * Scenario: {shim, plan, parameters, values, inputs, continueOnFail, credentials, answers, runner}
 *   values       parameter -> one value per item, or {throws: text}, for parameters that hold expressions
 *   credentials  what getCredentials returns, in turn; the last one stays
 *   answers      what startJob gives, in turn: {result} | {error} | {throws} | {stops: true}, which stops the execution
 *   refusal      the error with which n8n fails to renew a token, where it does
 *   runner       what the question for a runner is answered with, in turn: likewise; {silent: true} for no answer
 *                at all; {launched: true} for one that only a job brings up
 */

// Pauses end when the scenario says so, not by a clock.
const pauses = { hesitation: pause(), patience: pause() };
require('n8n-workflow').sleep = async (milliseconds) =>
	await (milliseconds < 1000 ? pauses.hesitation : pauses.patience).over;

function pause() {
	const made = {};
	made.over = new Promise((resolve) => {
		made.end = resolve;
	});
	return made;
}

const { execute } = require(process.argv[2]);
const scenario = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
const record = { jobs: [], questions: [], reads: [], refreshes: 0 };
const execution = new AbortController();

function inTurn(list) {
	return () => (list.length > 1 ? list.shift() : list[0]);
}

const credentials = inTurn(scenario.credentials);
const answers = inTurn(scenario.answers);
const runner = inTurn(scenario.runner);
let current = null;

function getNodeParameter(name, item, fallback, options) {
	record.reads.push([name, item]);
	const value = scenario.values[name] ? scenario.values[name][item] : name.split('.').reduce((outer, key) => outer?.[key], scenario.parameters);
	if (value?.throws) throw new Error(value.throws);
	return options?.extractValue ? value.value : value;
}

function assertBinaryData(item, property) {
	const file = scenario.inputs[item].binary?.[property];
	if (!file) throw new Error(`This operation expects the node's input data to contain a binary file '${property}', but none was found [item ${item}]`);
	return file;
}

async function given(answer) {
	if (answer.throws) throw new Error(answer.throws);
	if (answer.stops) execution.abort();
	if (answer.stops || answer.silent) await new Promise(() => {});
	return answer.error ? { ok: false, error: answer.error } : { ok: true, result: answer.result };
}

async function question(type) {
	record.questions.push(type);
	if (type === 'bitrix24:presence') current = runner();
	if (current.silent || current.launched) pauses.hesitation.end();
	if (current.silent && type === 'bitrix24') pauses.patience.end();
	if (current.launched && type === 'bitrix24:presence') await new Promise(() => {});
	return await given(current);
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
	getExecutionCancelSignal: () => execution.signal,
	startJob: async (type, settings) => {
		if (settings.probe) return await question(type);
		record.jobs.push({ type, settings });
		return await given(answers());
	},
	helpers: {
		assertBinaryData,
		getBinaryDataBuffer: async (item, property) => Buffer.from(assertBinaryData(item, property).text),
		prepareBinaryData: async (buffer, fileName, mimeType) => ({ stored: buffer.toString(), fileName, mimeType }),
		refreshOAuth2Token: async () => {
			record.refreshes += 1;
			if (scenario.refusal) throw Object.assign(new Error(scenario.refusal.message), scenario.refusal);
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
