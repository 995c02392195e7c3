// @ts-check
'use strict';

/**
 * The node's execution: parameters and files of the items go to the Python runner as jobs, its items come back.
 * A job may end before all of its items are done (a token expired, the runner's deadline came); the rest is sent again.
 */

const { readCredential } = require('./credential.js');
const { Failure, errorItem, thrown } = require('./failure.js');
const { withStoredFiles } = require('./files.js');
const { startJob } = require('./job.js');
const { readParameters } = require('./parameters.js');
const { findRunner } = require('./presence.js');
const { nextSlice } = require('./slices.js');
const { unlessStopped } = require('./stopping.js');

/**
 * @typedef {import('n8n-workflow').IExecuteFunctions} IExecuteFunctions
 * @typedef {import('n8n-workflow').INodeExecutionData} INodeExecutionData
 *
 * @typedef {object} OperationPlan What the shim has to know of an operation.
 * @property {string[]} parameters Names of its panel fields.
 * @property {string[]} [fileParameters] Paths of the parameters that name a field with a file to upload.
 * @property {boolean} writes Whether it changes anything in the portal.
 *
 * @typedef {object} Plan
 * @property {Record<string, string>} authentication Sign-in choice -> credential type.
 * @property {Record<string, Record<string, OperationPlan>>} operations Resource -> operation -> its plan.
 *
 * @typedef {object} Run One execution of the node.
 * @property {string} resource
 * @property {string} operation
 * @property {OperationPlan} plan
 * @property {string} credentialType
 * @property {boolean} continueOnFail
 */

/** The contract between this shim and the runner; the runner refuses versions that it does not know. */
const CONTRACT_VERSION = 1;

/** Jobs in a row that may come back without a single finished item. */
const MAXIMUM_STALLS = 3;

/**
 * Executes the node for all of its input items.
 *
 * With Continue On Fail it never throws: n8n would then pass the input on as if the node had succeeded.
 *
 * @param {IExecuteFunctions} node n8n's execution context.
 * @param {Plan} plan The generated plan of the node.
 * @returns {Promise<INodeExecutionData[][]>} One output, its items in the order of the input items they are paired to.
 */
async function execute(node, plan) {
	const run = describeRun(node, plan);
	const output = /** @type {INodeExecutionData[]} */ ([]);
	const open = new Set(node.getInputData().keys());
	const failure = await runAll(node, run, open, output).then(() => null, Failure.from);
	if (failure && !run.continueOnFail) throw thrown(node, failure);
	if (failure) settle(run, open, output, new Map([...open].map((item) => [item, failure])));
	return [inInputOrder(output)];
}

/**
 * @param {IExecuteFunctions} node
 * @param {Plan} plan
 * @returns {Run}
 */
function describeRun(node, plan) {
	const { resource, operation, authentication } = node.getNode().parameters;
	const operationPlan = plan.operations[String(resource)]?.[String(operation)];
	return {
		resource: String(resource),
		operation: String(operation),
		plan: operationPlan ?? { parameters: [], writes: false },
		credentialType: plan.authentication[String(authentication)] ?? Object.values(plan.authentication)[0],
		continueOnFail: node.continueOnFail(),
	};
}

/**
 * @param {IExecuteFunctions} node
 * @param {Run} run
 * @param {Set<number>} open Items without an outcome; emptied on the way.
 * @param {INodeExecutionData[]} output Filled on the way.
 */
async function runAll(node, run, open, output) {
	const parameters = readParameters(node, run.plan.parameters, open.size);
	settle(run, open, output, parameters.failures);
	await runJobs(node, run, parameters, open, output);
}

/**
 * Sends jobs until no item is open.
 *
 * @param {IExecuteFunctions} node
 * @param {Run} run
 * @param {import('./parameters.js').ParameterValues} parameters
 * @param {Set<number>} open
 * @param {INodeExecutionData[]} output
 */
async function runJobs(node, run, parameters, open, output) {
	if (!open.size) return;
	const credential = await readCredential(node, run.credentialType);
	let stalls = 0;
	while (open.size) {
		const runner = await unlessStopped(node, () => findRunner(node));
		const slice = await nextSlice(node, run.plan, parameters, [...open], runner.maxPayload);
		settle(run, open, output, slice.refused);
		if (!slice.items.length) continue;
		const settings = jobSettings(node, run, parameters, slice, credential.forRunner());
		const result = await startJob(node, settings, run.plan.writes);
		if (result instanceof Failure) {
			settle(run, open, output, new Map(slice.items.map((item) => [item, result])));
			continue;
		}
		await accept(node, slice.items, result, open, output);
		const progressed = result.remaining.length < slice.items.length;
		stalls = progressed ? 0 : stalls + 1;
		if (stalls >= MAXIMUM_STALLS) throw stalled(result.reason);
		if (result.reason === 'token') await credential.renew(progressed);
	}
}

/**
 * Takes over what a job brought: its items, and the failure that stopped it.
 *
 * @param {IExecuteFunctions} node
 * @param {number[]} items What was sent.
 * @param {import('./job.js').JobResult} result
 * @param {Set<number>} open
 * @param {INodeExecutionData[]} output
 */
async function accept(node, items, result, open, output) {
	// One by one: a list may have more rows than a call may have arguments.
	for (const item of await withStoredFiles(node, result.items)) output.push(item);
	const remaining = new Set(result.remaining);
	for (const item of items) if (!remaining.has(item)) open.delete(item);
	if (result.failure) throw Failure.from(result.failure);
}

/**
 * Gives items their failure: as error items, or by stopping the run at the first of them.
 *
 * @param {Run} run
 * @param {Set<number>} open
 * @param {INodeExecutionData[]} output
 * @param {Map<number, Failure>} failures
 */
function settle(run, open, output, failures) {
	for (const [item, failure] of failures) {
		if (!run.continueOnFail) throw failure.at(item);
		output.push(errorItem(run, item, failure));
		open.delete(item);
	}
}

/**
 * @param {IExecuteFunctions} node
 * @param {Run} run
 * @param {import('./parameters.js').ParameterValues} parameters
 * @param {import('./slices.js').Slice} slice
 * @param {object} credentialData
 */
function jobSettings(node, run, parameters, slice, credentialData) {
	return {
		version: CONTRACT_VERSION,
		resource: run.resource,
		operation: run.operation,
		itemCount: slice.items.length,
		items: slice.items,
		parameters: parameters.common,
		itemParameters: slice.items.map((item) => parameters.ofItem(item)),
		binary: slice.files,
		credential: { type: run.credentialType, data: credentialData },
		continueOnFail: run.continueOnFail,
		node: { name: node.getNode().name },
		timezone: node.getTimezone(),
	};
}

/**
 * @param {string | null} reason
 * @returns {Failure}
 */
function stalled(reason) {
	return reason === 'token'
		? new Failure('Bitrix24 does not accept the access token', 'Reconnect the Bitrix24 credential and run the workflow again.')
		: new Failure(
				'The Bitrix24 runner did not finish a single item in the time it has',
				'Raise N8N_RUNNERS_TASK_TIMEOUT for n8n and for the runner, or send fewer items at once.',
			);
}

/**
 * @param {INodeExecutionData[]} items
 * @returns {INodeExecutionData[]}
 */
function inInputOrder(items) {
	const position = (/** @type {INodeExecutionData} */ item) =>
		/** @type {import('n8n-workflow').IPairedItemData} */ (item.pairedItem).item;
	return items.sort((one, other) => position(one) - position(other));
}

module.exports = { execute };
