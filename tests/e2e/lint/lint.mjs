/**
 * Holds a built package against n8n's rules for community nodes, without a registry: node lint.mjs PACKAGE_FOLDER
 *
 * The rules for panels read hand-written TypeScript and see nothing of a description that is loaded from JSON.
 * So the description and the credentials are first written out as the TypeScript that they stand for.
 * Prints one finding a line; exit 1 when there are any.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { analyzePackage } from '@n8n/scan-community-package/scanner/scanner.mjs';

const packageFolder = resolve(process.argv[2]);
const manifest = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'));
const load = createRequire(import.meta.url);

/** TypeScript text of a JSON value; tabs, because one of the rules counts them. */
function written(value, depth) {
	if (value === null || typeof value !== 'object') return JSON.stringify(value);
	const [open, close] = Array.isArray(value) ? '[]' : '{}';
	const entries = Object.entries(value).map(([key, entry]) => {
		const name = Array.isArray(value) ? '' : `${/^[a-z_]\w*$/i.test(key) ? key : JSON.stringify(key)}: `;
		const isConnections = depth === 2 && (key === 'inputs' || key === 'outputs') && entry.length > 0;
		return `${'\t'.repeat(depth)}${name}${isConnections ? '[NodeConnectionTypes.Main]' : written(entry, depth + 1)},\n`;
	});
	return entries.length ? `${open}\n${entries.join('')}${'\t'.repeat(depth - 1)}${close}` : `${open}${close}`;
}

function nodeSource(name, description, webhookMethods) {
	return `import { NodeConnectionTypes } from 'n8n-workflow';
import type { INodeType, INodeTypeDescription } from 'n8n-workflow';

export class ${name} implements INodeType {
	description: INodeTypeDescription = ${written(description, 2)};
${lifecycle(webhookMethods)}}
`;
}

/** The methods that n8n calls when a workflow is activated and deactivated, as they stand in the package. */
function lifecycle(webhookMethods) {
	const webhooks = Object.entries(webhookMethods ?? {}).map(([name, methods]) => {
		const bodies = Object.values(methods).map((method) => `\t\t\t${method.toString()},\n`);
		return `\t\t${name}: {\n${bodies.join('')}\t\t},\n`;
	});
	return webhooks.length ? `\n\twebhookMethods = {\n${webhooks.join('')}\t};\n` : '';
}

/** The class as n8n loads it; what n8n itself brings is beside the linter. */
function loadedNode(path, name) {
	const packages = join(packageFolder, 'node_modules');
	symlinkSync(join(import.meta.dirname, 'node_modules'), packages);
	try {
		return new (load(join(packageFolder, path))[name])();
	} finally {
		rmSync(packages);
	}
}

function credentialSource(name, credential) {
	const types = { properties: 'INodeProperties[]', test: 'ICredentialTestRequest', authenticate: 'IAuthenticateGeneric', icon: 'Icon' };
	const fields = Object.entries(credential).map(
		([key, value]) => `\t${key}${types[key] ? `: ${types[key]}` : ''} = ${written(value, 2)};\n`,
	);
	return `import type { IAuthenticateGeneric, ICredentialTestRequest, ICredentialType, INodeProperties, Icon } from 'n8n-workflow';

export class ${name} implements ICredentialType {
${fields.join('\n')}}
`;
}

/** Lays the package out as its source would be: nodes/ and credentials/ in TypeScript. */
function writeSources(folder) {
	cpSync(join(packageFolder, 'package.json'), join(folder, 'package.json'));
	for (const path of manifest.n8n.nodes) {
		const name = basename(path, '.node.js');
		const home = join(packageFolder, dirname(path));
		const target = join(folder, dirname(path).replace(/^dist\//, ''));
		copyIcons(home, target);
		cpSync(join(home, `${name}.node.json`), join(target, `${name}.node.json`));
		const description = JSON.parse(readFileSync(join(home, 'description.json'), 'utf8'));
		writeFileSync(join(target, `${name}.node.ts`), nodeSource(name, description, loadedNode(path, name).webhookMethods));
	}
	for (const path of manifest.n8n.credentials) {
		const name = basename(path, '.credentials.js');
		const target = join(folder, 'credentials');
		copyIcons(join(packageFolder, dirname(path)), target);
		const Credential = load(join(packageFolder, path))[name];
		writeFileSync(join(target, `${name}.credentials.ts`), credentialSource(name, new Credential()));
	}
}

function copyIcons(from, to) {
	mkdirSync(to, { recursive: true });
	for (const icon of readdirSync(from).filter((name) => name.endsWith('.svg'))) cpSync(join(from, icon), join(to, icon));
}

/** The text that a finding is about. */
function sourceLine(file, finding) {
	const number = Number(finding.trim().split(':')[0]);
	return `${basename(file)}: ${readFileSync(file, 'utf8').split('\n')[number - 1]?.trim()}`;
}

async function findings(folder, patterns) {
	const report = await analyzePackage(folder, patterns);
	if (report.passed && !report.details) return [];
	const lines = (report.details ?? report.message ?? 'failed without a word').split('\n');
	const found = [];
	let file = '';
	for (const line of lines) {
		if (line.startsWith('/')) file = line.trim();
		else if (/\b(error|warning)\b.*\/[\w-]+$/.test(line)) found.push(`${line.trim()}\n    ${sourceLine(file, line)}`);
	}
	return found.length || report.passed ? found : lines;
}

const sources = mkdtempSync(join(tmpdir(), 'community-node-lint-'));
try {
	writeSources(sources);
	const all = [
		...(await findings(sources, ['package.json', 'nodes/**/*.{ts,json}', 'credentials/**/*.ts'])),
		...(await findings(packageFolder, ['package.json', 'dist/**/*.js'])),
	];
	for (const finding of all) console.log(finding);
	process.exitCode = all.length ? 1 : 0;
} finally {
	rmSync(sources, { recursive: true });
}
