'use strict';

/** What the shim takes from n8n: two errors with the properties that n8n shows, and its pause. */

class NodeError extends Error {
	constructor(node, message, options) {
		super(message);
		this.node = node;
		this.description = options.description;
		this.httpCode = options.httpCode;
		this.context = { itemIndex: options.itemIndex };
	}
}

class NodeOperationError extends NodeError {
	constructor(node, error, options = {}) {
		super(node, typeof error === 'string' ? error : error.message, options);
	}
}

class NodeApiError extends NodeError {
	constructor(node, answer, options = {}) {
		super(node, options.message ?? answer.message, options);
	}
}

async function sleep(milliseconds) {
	await new Promise((resolve) => setTimeout(resolve, milliseconds));
}

module.exports = { NodeApiError, NodeOperationError, sleep };
