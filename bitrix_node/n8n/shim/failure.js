// @ts-check
'use strict';

/** What went wrong, in two shapes: an error item (Continue On Fail) or the error that stops the node. */

const { NodeApiError, NodeOperationError } = require('n8n-workflow');

class Failure extends Error {
	/**
	 * @param {string} message What happened.
	 * @param {string} [description] What to do about it.
	 * @param {object} [details] Facts for workflows: code, http, method, retryable, …
	 * @param {number} [item] The input item it belongs to.
	 */
	constructor(message, description = '', details = {}, item = undefined) {
		super(message);
		this.description = description;
		this.details = details;
		this.item = item;
	}

	/**
	 * Understands errors of n8n, of the runner, and plain ones.
	 *
	 * @param {any} error
	 * @returns {Failure}
	 */
	static from(error) {
		if (error instanceof Failure) return error;
		const message = error?.message || 'The Bitrix24 node stopped for a reason it was not told';
		return new Failure(message, error?.description ?? '', error?.details ?? {}, error?.item ?? error?.context?.itemIndex);
	}

	/**
	 * @param {number} item
	 * @returns {Failure} The same failure, belonging to an item.
	 */
	at(item) {
		return new Failure(this.message, this.description, this.details, item);
	}

	/**
	 * @param {unknown[]} secrets
	 * @returns {Failure} The same failure, in words that hold none of the secrets.
	 */
	without(secrets) {
		const hidden = (/** @type {string} */ text) =>
			secrets.reduce((/** @type {string} */ shown, secret) => (secret ? shown.replaceAll(String(secret), '***') : shown), text);
		return new Failure(hidden(this.message), hidden(this.description), this.details, this.item);
	}
}

/**
 * Only `error` and `details` stand in the item's JSON: n8n's error output takes such items and no others.
 *
 * @param {{resource: string, operation: string}} run
 * @param {number} item
 * @param {Failure} failure
 * @returns {import('n8n-workflow').INodeExecutionData}
 */
function errorItem(run, item, failure) {
	const details = {
		resource: run.resource,
		operation: run.operation,
		timestamp: new Date().toISOString(),
		...(failure.description ? { advice: failure.description } : {}),
		...failure.details,
	};
	return { json: { error: failure.message, details }, pairedItem: { item } };
}

/**
 * @param {{getNode: () => import('n8n-workflow').INode}} node n8n's context.
 * @param {Failure} failure
 * @returns {NodeOperationError | NodeApiError} What n8n shows in the node's panel.
 */
function thrown(node, failure) {
	const { message, description, item: itemIndex } = failure;
	const { http, code } = /** @type {{http?: number, code?: string}} */ (failure.details);
	if (http === undefined) return new NodeOperationError(node.getNode(), message, { description, itemIndex });
	const answer = { message, description, httpCode: String(http), code: code ?? '' };
	return new NodeApiError(node.getNode(), answer, { message, description, httpCode: String(http), itemIndex });
}

/**
 * Does a panel's work, with what went wrong as n8n shows it.
 *
 * @template T
 * @param {{getNode: () => import('n8n-workflow').INode}} node n8n's context.
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
async function inWords(node, work) {
	const outcome = await work().catch((/** @type {any} */ error) => (error instanceof Failure ? thrown(node, error) : error));
	if (outcome instanceof Error) throw outcome;
	return outcome;
}

module.exports = { Failure, errorItem, inWords, thrown };
