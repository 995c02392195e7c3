// A session with @bitrix24/b24jssdk: create, list, filter, batch, update, delete, and a token that ends in between.
// Reads facts about the portal from standard input and prints a report as JSON.
import { readFileSync } from 'node:fs';
import { B24Hook, B24OAuth } from '@bitrix24/b24jssdk';

const CONTACT = 3;
const facts = JSON.parse(readFileSync(0, 'utf8'));

function data(answer) {
	if (!answer.isSuccess) {
		throw new Error(answer.getErrorMessages().join('; '));
	}
	return answer.getData();
}

async function useWebhook(client) {
	const { call, callList, fetchList, batchByChunk, batch } = client.actions.v2;
	const adding = Array.from({ length: 60 }, (_, number) => [
		'crm.item.add',
		{ entityTypeId: CONTACT, fields: { name: `Guest ${number}`, lastName: 'Script' } },
	]);
	const ids = data(await batchByChunk.make({ calls: adding, options: { isHaltOnError: true } })).map((row) => row.item.id);
	const chosen = { entityTypeId: CONTACT, filter: { '=lastName': 'Script' }, select: ['id', 'name', 'post'] };
	const list = { method: 'crm.item.list', params: chosen, idKey: 'id', customKeyForResult: 'items' };
	const listed = data(await callList.make(list));
	let fetched = 0;
	for await (const chunk of fetchList.make(list)) {
		fetched += chunk.length;
	}
	const first = data(await call.make({ method: 'crm.item.get', params: { entityTypeId: CONTACT, id: ids[0] } }));
	const changed = data(
		await call.make({
			method: 'crm.item.update',
			params: { entityTypeId: CONTACT, id: ids[0], fields: { post: 'Buyer' } },
		}),
	);
	const named = data(
		await batch.make({
			calls: { me: ['profile', {}], types: ['crm.status.list', { filter: { ENTITY_ID: 'SOURCE' } }] },
			options: { isHaltOnError: true },
		}),
	);
	const deleting = ids.map((id) => ['crm.item.delete', { entityTypeId: CONTACT, id }]);
	data(await batchByChunk.make({ calls: deleting, options: { isHaltOnError: false } }));
	const left = data(await callList.make(list));
	return {
		created: new Set(ids).size,
		listed: new Set(listed.map((row) => row.id)).size,
		fetched,
		first: first.result.item.name,
		changed: changed.result.item.post,
		batch: Object.keys(named).sort(),
		left: left.length,
	};
}

async function useTokens() {
	const client = new B24OAuth(
		{
			applicationToken: 'application',
			userId: 1,
			memberId: 'member',
			accessToken: facts.access_token,
			refreshToken: facts.refresh_token,
			expires: Math.floor(Date.now() / 1000) + 3600,
			expiresIn: 3600,
			scope: 'crm',
			domain: facts.url,
			clientEndpoint: `${facts.url}/rest/`,
			serverEndpoint: `${facts.url}/rest/`,
			status: 'L',
		},
		{ clientId: facts.client_id, clientSecret: facts.client_secret },
	);
	let renewals = 0;
	client.setCallbackRefreshAuth(async () => {
		renewals += 1;
	});
	const { call } = client.actions.v2;
	const before = data(await call.make({ method: 'profile' })).result.ID;
	await fetch(`${facts.url}/_sandbox/clock`, { method: 'POST', body: JSON.stringify({ advance: 4000 }) });
	const after = data(await call.make({ method: 'profile' })).result.ID;
	return { samePerson: before === after, renewals };
}

const webhook = B24Hook.fromWebhookUrl(facts.webhook);
webhook.offClientSideWarning();
const report = { ...(await useWebhook(webhook)), ...(await useTokens()) };
process.stdout.write(`${JSON.stringify(report)}\n`);
