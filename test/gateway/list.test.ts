import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { globalId } from '../../src/checkout/global-id.ts';
import { startTestGateway, type TestGateway } from '../helpers/gateway.ts';
import { askForPage, idsOf, listPage, newestFirst, walkList } from '../helpers/list.ts';
import { startTestSandbox } from '../helpers/sandbox.ts';

let sandbox: Awaited<ReturnType<typeof startTestSandbox>>;
let gateway: TestGateway;
let folder: string;

/** Has the gateway meet so many Flexprice sessions. */
async function readFlexprice(count: number): Promise<void> {
  const sessions = sandbox.control.sessions({ provider: 'flexprice', limit: count });
  const ids = sessions.map(({ id }) => globalId('FLEXPRICE', String(id)));
  const { data, errors } = await gateway.ask('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids });
  expect({ data, errors }).toEqual({ data: { nodes: ids.map((id) => ({ id })) } });
}

beforeAll(async () => {
  sandbox = await startTestSandbox({ sessions: 450 });
  folder = mkdtempSync(join(tmpdir(), 'ledger-'));
  gateway = await startTestGateway({ providers: sandbox.addresses, dataDir: folder });
  await readFlexprice(100);
});
afterAll(async () => {
  await gateway.stop();
  await sandbox.stop();
  rmSync(folder, { recursive: true });
});

const callsSince = (before: number) => {
  const calls = sandbox.control.calls().slice(before);
  const of = (name: string) => calls.filter(({ provider }) => provider === name).length;
  return { flex: of('flex'), meteroid: of('meteroid'), flexprice: of('flexprice') };
};

describe('checkoutSessions', () => {
  it.each([
    [17, false],
    [100, false],
    [23, true],
    [100, true],
  ])('walked by pages of %i (backward: %s) shows all 1,000 sessions once, newest first', async (size, backward) => {
    const nodes = await walkList(gateway, size, undefined, backward);
    expect(new Set(idsOf(nodes)).size).toBe(nodes.length);
    expect(nodes).toHaveLength(
      450 +
        450 +
        sandbox.control.sessions({ provider: 'flexprice', limit: 100 }).filter(({ status }) => status === 'published')
          .length,
    );
    expect(idsOf(nodes)).toEqual(idsOf(newestFirst(nodes)));
  });

  it('goes on from the cursor of any edge, both ways', async () => {
    const all = await listPage(gateway, { first: 60 });
    for (const at of [0, 7, 31, 59]) {
      const older = await listPage(gateway, { first: 10, after: all.edges[at]?.cursor });
      expect(idsOf(older.nodes).slice(0, 59 - at)).toEqual(idsOf(all.nodes.slice(at + 1, at + 11)));
      const newer = await listPage(gateway, { last: 10, before: all.edges[at]?.cursor });
      expect(idsOf(newer.nodes)).toEqual(idsOf(all.nodes.slice(Math.max(0, at - 10), at)));
    }
  });

  it('costs at most one Flex call and one Meteroid list a page, and two Flex calls for the largest', async () => {
    let after: string | null = null;
    for (const [size, most] of [
      [1, 1],
      [20, 1],
      [50, 1],
      [98, 1],
      [100, 2],
      [100, 2],
    ] as const) {
      const before = sandbox.control.calls().length;
      const { pageInfo, nodes } = await listPage(gateway, { first: size, after });
      const { flex, meteroid, flexprice } = callsSince(before);
      expect(flex).toBeLessThanOrEqual(most);
      expect(meteroid).toBe(1);
      // Each Flexprice session is refreshed, and one more may be to know what comes next.
      expect(flexprice).toBeLessThanOrEqual(size + 1);
      const back = sandbox.control.calls().length;
      const again = await listPage(gateway, { last: Math.min(size, 49), before: pageInfo.endCursor });
      const shared = Math.min(size - 1, again.nodes.length);
      expect(idsOf(again.nodes.slice(again.nodes.length - shared))).toEqual(
        idsOf(nodes.slice(nodes.length - 1 - shared, -1)),
      );
      expect(callsSince(back).flex).toBeLessThanOrEqual(1);
      after = pageInfo.endCursor;
    }
  });

  it('tells in the log how many calls to each provider a page cost', async () => {
    const before = sandbox.control.calls().length;
    await listPage(gateway, { last: 11 });
    const { flex, meteroid, flexprice } = callsSince(before);
    const line = gateway.log.findLast((text) => text.includes('a list was read')) ?? '{}';
    expect(JSON.parse(line)).toMatchObject({
      calls: { FLEX: flex, METEROID: meteroid, ...(flexprice > 0 && { FLEXPRICE: flexprice }) },
      requestId: expect.any(String),
    });
  });

  it('finds its very end in few calls', async () => {
    const before = sandbox.control.calls().length;
    const { nodes, pageInfo } = await listPage(gateway, { last: 11 });
    expect(callsSince(before).flex).toBeLessThanOrEqual(2 * Math.log2(450) + 3);
    expect(pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    expect(idsOf(nodes)).toEqual(idsOf((await walkList(gateway, 100)).slice(-11)));
  });

  it('leaves out as many as offset says', async () => {
    const all = await walkList(gateway, 100);
    for (const offset of [0, 5, 60, 260]) {
      expect(idsOf((await listPage(gateway, { first: 10, offset })).nodes)).toEqual(
        idsOf(all.slice(offset, offset + 10)),
      );
    }
    const flex = all.filter(({ provider }) => provider === 'FLEX');
    const before = sandbox.control.calls().length;
    const alone = await listPage(gateway, { first: 10, offset: 300, filter: { providers: ['FLEX'] } });
    expect(idsOf(alone.nodes)).toEqual(idsOf(flex.slice(300, 310)));
    expect(callsSince(before)).toEqual({ flex: 2, meteroid: 0, flexprice: 0 });
    expect((await listPage(gateway, { first: 10, offset: 9000 })).nodes).toEqual([]);
    const { edges } = await listPage(gateway, { first: 30 });
    expect(idsOf((await listPage(gateway, { first: 4, offset: 6, after: edges[9]?.cursor })).nodes)).toEqual(
      idsOf(all.slice(16, 20)),
    );
  });

  it('counts in all only when asked', async () => {
    const all = await walkList(gateway, 100);
    const before = sandbox.control.calls().length;
    expect((await listPage(gateway, { first: 5 }, 'totalCount')).totalCount).toBe(all.length);
    expect(callsSince(before).flex).toBeGreaterThan(1);
  });

  it('is bounded on both sides when both cursors are given', async () => {
    const { edges, nodes } = await listPage(gateway, { first: 40 });
    const bounds = { after: edges[9]?.cursor, before: edges[20]?.cursor };
    expect(idsOf((await listPage(gateway, { first: 30, ...bounds })).nodes)).toEqual(idsOf(nodes.slice(10, 20)));
    expect(idsOf((await listPage(gateway, { first: 3, ...bounds })).nodes)).toEqual(idsOf(nodes.slice(10, 13)));
    expect(idsOf((await listPage(gateway, { last: 3, ...bounds })).nodes)).toEqual(idsOf(nodes.slice(17, 20)));
    expect(idsOf((await listPage(gateway, { before: edges[30]?.cursor })).nodes)).toEqual(idsOf(nodes.slice(10, 30)));
  });

  it('expands in the same call when the customer is selected', async () => {
    const before = sandbox.control.calls({ provider: 'flex' }).length;
    await gateway.ask('{ checkoutSessions(first: 5) { edges { node { customer { email } } } nodes { status } } }');
    expect(
      sandbox.control
        .calls({ provider: 'flex' })
        .slice(before)
        .map(({ query }) => query),
    ).toEqual([{ limit: '6', expand_customer: 'true' }]);
  });

  it('has 20 on a page when nothing is said, and none when none are wanted', async () => {
    expect((await listPage(gateway)).nodes).toHaveLength(20);
    expect(await listPage(gateway, { first: 0 })).toMatchObject({
      nodes: [],
      pageInfo: { hasNextPage: true, hasPreviousPage: false, startCursor: null },
    });
    expect(await listPage(gateway, { last: 0 })).toMatchObject({
      nodes: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: true, endCursor: null },
    });
  });

  it('refuses bad arguments without a call', async () => {
    const cursor = (await listPage(gateway, { first: 1 })).pageInfo.endCursor;
    const bad = [
      { first: -1 },
      { first: 101 },
      { last: -1 },
      { last: 101 },
      { first: 5, last: 5 },
      { first: 5, offset: -1 },
      { last: 5, offset: 5 },
      { first: 5, offset: 10_001 },
      { first: 5, after: 'nonsense' },
      { first: 5, after: '' },
      { last: 5, before: 'x'.repeat(600) },
      { first: 5, after: cursor, filter: { statuses: ['OPEN'] } },
      { first: 5, filter: { statuses: [] } },
      { first: 5, filter: { createdWithinDays: -3 } },
      { first: 5, filter: { createdAt: { gt: 'soon' } } },
      {
        first: 5,
        filter: { customers: Array.from({ length: 11 }, (_, index) => ({ provider: 'FLEX', id: `fcus_${index}` })) },
      },
      {
        first: 5,
        filter: {
          statuses: ['OPEN', 'COMPLETED', 'EXPIRED'],
          customers: ['a', 'b', 'c', 'd'].map((id) => ({ provider: 'FLEX', id })),
        },
      },
    ];
    const before = sandbox.control.calls().length;
    for (const variables of bad) {
      const { errors } = await askForPage(gateway, variables);
      expect(errors, JSON.stringify(variables)).toMatchObject([
        { extensions: { code: 'BAD_USER_INPUT', retryable: false } },
      ]);
    }
    expect(sandbox.control.calls()).toHaveLength(before);
  });

  it('still knows after a restart the Flexprice sessions it has met', async () => {
    const before = idsOf(await walkList(gateway, 100, { providers: ['FLEXPRICE'] }));
    expect(before.length).toBeGreaterThan(50);
    const second = await startTestGateway({ providers: sandbox.addresses, dataDir: folder });
    expect(idsOf(await walkList(second, 30, { providers: ['FLEXPRICE'] }))).toEqual(before);
    await second.stop();
    const elsewhere = {
      ...sandbox.addresses,
      FLEXPRICE: { ...sandbox.addresses.FLEXPRICE, baseUrl: `${sandbox.addresses.FLEXPRICE.baseUrl}/other` },
    };
    const third = await startTestGateway({ providers: elsewhere, dataDir: folder });
    expect(await walkList(third, 30, { providers: ['FLEXPRICE'] })).toEqual([]);
    await third.stop();
  });
});
