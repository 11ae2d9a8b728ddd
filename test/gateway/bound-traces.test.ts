import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { globalId } from '../../src/checkout/global-id.ts';
import { encodeCursor } from '../../src/listing/cursor.ts';
import type { TestGateway } from '../helpers/gateway.ts';
import { listPage } from '../helpers/list.ts';
import { type BoundWorld, type CALLERS, openBoundWorld, PROVIDERS, put } from './bound-rig.ts';

let world: BoundWorld;
/** Stands still. */
let time = Date.now();
beforeAll(async () => {
  world = await openBoundWorld({ cacheMemoryMiB: 16, now: () => time });
});
afterAll(() => world.close());

const as = (caller: keyof typeof CALLERS) => world.gateway.as(caller);

/** All that an answer says, but for what it was asked for, the request's id and when. */
async function wordsOf(asking: TestGateway, query: string, variables: Record<string, unknown>, names: string[]) {
  const { answer, headers } = await asking.post(query, variables, { 'x-cache-info': '1' });
  const { date: _, 'x-request-id': __, 'content-length': ___, ...rest } = Object.fromEntries(headers);
  const text = JSON.stringify({ answer, rest }).replace(/"requestId":"[^"]*"/g, '');
  return names.reduce((words, name) => words.replaceAll(name, 'NAME'), text);
}

async function inTurn<T>(names: string[], ask: (name: string) => Promise<T>): Promise<T[]> {
  const answers: T[] = [];
  for (const name of names) answers.push(await ask(name));
  return answers;
}

const LIST = `query ($cursor: String) { checkoutSessions(filter: { providers: [FLEX] }, PLACE: $cursor) {
  nodes { id } totalCount pageInfo { hasNextPage hasPreviousPage } sources { state code message } } }`;
const BY_ID = 'query ($id: ID!) { node(id: $id) { id } }';
const DETAILS = `query ($id: ID!) { checkoutSession(id: $id) { customer { email } details { ... on FlexCheckoutDetails { lineItems { id } } } } }`;
const BY_PROVIDER_ID = `query ($provider: CheckoutProvider!, $providerId: String!) {
  checkoutSessionByProviderId(provider: $provider, providerId: $providerId) { id } }`;
const CANCEL = `mutation ($id: ID!) { cancelCheckoutSession(input: { id: $id }) { checkoutSession { id } userErrors { code message field } } }`;
const DELETE = `mutation ($id: ID!) { deleteCheckoutSession(input: { id: $id }) { deletedId userErrors { code message field } } }`;

describe('what is said of a session of another, asked for again and again, is what is said of one that is not there', () => {
  describe.each(PROVIDERS)('%s', (provider) => {
    it.each([
      ['node', BY_ID],
      ['checkoutSession', DETAILS],
      ['checkoutSessionByProviderId', BY_PROVIDER_ID],
      ['cancel', CANCEL],
      ['delete', DELETE],
    ])('%s', async (name, query) => {
      const id = provider === 'FLEXPRICE' ? 'cust_bob' : provider === 'METEROID' ? 'cus_bob' : 'fcus_bob';
      const hidden = put(world.sandbox, provider, id);
      const archived = put(world.sandbox, provider, id);
      if (provider === 'FLEXPRICE') {
        await as('admin').ask(DELETE, { id: globalId(provider, archived) });
      }
      // Of the one the gateway knows already, of the other it does not.
      await as('bob').ask(BY_ID, { id: globalId(provider, hidden) });
      const missing = `missing_${name}`;
      const variablesOf = (providerId: string) =>
        query === BY_PROVIDER_ID ? { provider, providerId } : { id: globalId(provider, providerId) };
      for (let round = 0; round < 3; round++) {
        const said = await inTurn([missing, hidden, archived], (providerId) =>
          wordsOf(as('ada'), query, variablesOf(providerId), [providerId, globalId(provider, providerId)]),
        );
        expect(said).toEqual([said[0], said[0], said[0]]);
        time += 300;
      }
    });
  });

  it('nodes, of so many that a list is read for them', async () => {
    const hidden = Array.from({ length: 12 }, () => put(world.sandbox, 'METEROID', 'cus_bob'));
    const missing = hidden.map((_, index) => `missing_${index}`);
    for (const providerId of hidden) await as('bob').ask(BY_ID, { id: globalId('METEROID', providerId) });
    const ask = (ids: string[]) =>
      wordsOf(
        as('ada'),
        'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }',
        { ids: ids.map((id) => globalId('METEROID', id)) },
        ids,
      );
    // Lists that are kept are no secret.
    await ask(missing.map((id) => `${id}_too`));
    for (let round = 0; round < 3; round++) expect(await ask(hidden)).toBe(await ask(missing));
  });

  it('cursors', async () => {
    const { pageInfo } = await listPage(as('ada'), { first: 1, filter: { providers: ['FLEX'] } });
    const filter = JSON.parse(Buffer.from(pageInfo.endCursor?.slice(8) ?? '', 'base64url').toString())[1];
    const cursor = (last: string, next?: string) =>
      encodeCursor({
        filter,
        edge: 'FLEX',
        positions: new Map([
          ['FLEX', { last: last === '' ? undefined : { id: last, time: time - 1000, ties: [] }, next }],
        ]),
      });
    const hidden = put(world.sandbox, 'FLEX', 'fcus_bob');
    await as('bob').ask(BY_ID, { id: globalId('FLEX', hidden) });
    for (const make of [cursor, (id: string) => cursor('', id)])
      for (const place of ['after', 'before'] as const)
        for (let round = 0; round < 2; round++) {
          const [, ...said] = await inTurn(['missing_first', 'missing_cursor', hidden], (name) =>
            wordsOf(as('ada'), LIST.replace('PLACE', place), { cursor: make(name) }, [name]),
          );
          expect([place, round, said[0]]).toEqual([place, round, said[1]]);
          time += 100;
        }
  });
});
