'use strict';

/** The two errors that the shim takes from n8n, with the properties that n8n shows. */

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

module.exports = { NodeApiError, NodeOperationError };
