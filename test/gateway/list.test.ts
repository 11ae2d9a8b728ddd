import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../helpers/gateway.ts';
import { startTestSandbox } from '../helpers/sandbox.ts';

type Node = { provider: string; providerId: string; createdAt: string };
type Page = {
  checkoutSessions: {
    nodes: Node[];
    edges: { cursor: string }[];
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
  };
};

const LIST = `query ($first: Int, $after: String) {
  checkoutSessions(first: $first, after: $after) {
    nodes { provider providerId createdAt } edges { cursor } pageInfo { hasNextPage endCursor }
  }
}`;

let sandbox: Awaited<ReturnType<typeof startTestSandbox>>;
let gateway: TestGateway;

beforeAll(async () => {
  sandbox = await startTestSandbox({ sessions: 120 });
  gateway = await startTestGateway({ providers: sandbox.addresses });
});
afterAll(async () => {
  await gateway.stop();
  await sandbox.stop();
});

async function page(first?: number, after?: string | null): Promise<Page['checkoutSessions']> {
  const { data, errors } = await gateway.ask<Page>(LIST, { first, after });
  expect(errors).toBeUndefined();
  return data.checkoutSessions;
}

async function walk(size: number): Promise<Node[]> {
  const seen: Node[] = [];
  let after: string | null = null;
  for (;;) {
    const { nodes, pageInfo } = await page(size, after);
    seen.push(...nodes);
    if (!pageInfo.hasNextPage) return seen;
    after = pageInfo.endCursor;
  }
}

const idsOf = (nodes: Node[]) => nodes.map(({ providerId }) => providerId);

describe('checkoutSessions', () => {
  it.each([3, 20, 99, 100])('walked by pages of %i shows every session once, newest first', async (size) => {
    const nodes = await walk(size);
    expect(nodes).toHaveLength(240);
    expect(new Set(idsOf(nodes)).size).toBe(240);
    const newestFirst = [...nodes].sort((a, b) =>
      a.createdAt === b.createdAt
        ? a.provider < b.provider
          ? -1
          : a.provider > b.provider
            ? 1
            : 0
        : a.createdAt > b.createdAt
          ? -1
          : 1,
    );
    expect(idsOf(nodes)).toEqual(idsOf(newestFirst));
  });

  it('goes on from the cursor of any edge', async () => {
    const { nodes, edges } = await page(30);
    for (const at of [0, 7, 18, 29]) {
      const next = await page(10, edges[at]?.cursor);
      const expected = [...nodes.slice(at + 1), ...(await page(50, edges[29]?.cursor)).nodes].slice(0, 10);
      expect(idsOf(next.nodes)).toEqual(idsOf(expected));
    }
  });

  it('costs at most one Flex call and one Meteroid list for a page, and two Flex calls for the largest', async () => {
    for (const [size, most] of [
      [1, 1],
      [50, 1],
      [99, 1],
      [100, 2],
    ] as const) {
      const before = sandbox.control.calls().length;
      await page(size);
      const paths = sandbox.control
        .calls()
        .slice(before)
        .map(({ provider }) => provider);
      expect(paths.filter((name) => name === 'meteroid')).toHaveLength(1);
      expect(paths.filter((name) => name === 'flex').length).toBeLessThanOrEqual(most);
    }
  });

  it.each([
    [-1, null],
    [101, null],
    [5, 'nonsense'],
    [5, ''],
    [5, 'x'.repeat(600)],
    [5, Buffer.from('[1,[["FLEX","",null]]]').toString('base64url')],
  ])('refuses first %i after %j without a call', async (first, after) => {
    const before = sandbox.control.calls().length;
    const { errors } = await gateway.ask(LIST, { first, after });
    expect(errors).toMatchObject([
      { path: ['checkoutSessions'], extensions: { code: 'BAD_USER_INPUT', retryable: false } },
    ]);
    expect(sandbox.control.calls()).toHaveLength(before);
  });

  it('has 20 on a page when nothing is said, and none when none are wanted', async () => {
    expect((await page()).nodes).toHaveLength(20);
    expect(await page(0)).toMatchObject({ nodes: [], pageInfo: { hasNextPage: true, endCursor: null } });
  });
});
