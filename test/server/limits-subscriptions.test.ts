import { createClient } from 'graphql-ws';
import { expect, onTestFinished, test } from 'vitest';
import type { ChosenLimits } from '../../src/server/limits/query-limits.ts';
import { bomb, DOCUMENTS } from './limits-documents.ts';
import { startWorld, type World } from './subscriptions-world.ts';

type Failure = { message: string; extensions: Record<string, unknown> };

/** What a subscription over a WebSocket is refused with. */
async function overSocket({ url }: World, query: string, extensions?: Record<string, unknown>): Promise<Failure[]> {
  const client = createClient({ url: `${url.replace('http', 'ws')}/graphql`, retryAttempts: 0 });
  onTestFinished(() => void client.dispose());
  const { promise, resolve, reject } = Promise.withResolvers<Failure[]>();
  client.subscribe(
    { query, extensions },
    {
      next: () => reject(new Error('Expected an error.')),
      error: (error) => resolve(error as Failure[]),
      complete: () => reject(new Error('Expected an error.')),
    },
  );
  return promise;
}

/** The same over an event stream. */
async function overEvents({ url }: World, query: string): Promise<Failure[]> {
  const response = await fetch(`${url}/graphql/stream`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query }),
  });
  const data = /^data: (.+)$/m.exec(await response.text())?.[1] ?? '{}';
  return (JSON.parse(data) as { errors: Failure[] }).errors;
}

const WAYS = [
  ['a WebSocket', overSocket],
  ['an event stream', overEvents],
] as const;

const small = DOCUMENTS.filter(([, , , query]) => query.length < 50_000);

test.each(WAYS)('over %s, all that is turned away by POST is turned away', async (_, over) => {
  const world = await startWorld();
  for (const [name, code, limit, query] of small) {
    // The schema of this test is another: what only the schema knows of fails for that.
    if (limit === 'cost' && query.includes('checkoutSessions')) continue;
    const [error] = await over(world, query);
    expect([error?.extensions.code, error?.extensions.limit], name).toEqual([code, limit]);
    expect(error?.extensions).toMatchObject({ retryable: false, requestId: expect.any(String) });
  }
  expect(world.lines.join('')).not.toContain('a request met a bug');
  expect(world.bus.listeners).toBe(0);
});

test.each(WAYS)('over %s, the limits can be set', async (_, over) => {
  const cases: [ChosenLimits, string, string, object][] = [
    [{ tokens: 4 }, 'subscription { events { n } }', 'tokens', { allowed: 4, got: 7 }],
    [{ nameLength: 5 }, 'subscription { events { n } }', 'nameLength', { allowed: 5, got: 6 }],
    [{ depth: 1 }, 'subscription { events { n } }', 'depth', { allowed: 1, got: 2 }],
    [{ aliases: 0 }, 'subscription { events { n m: n } }', 'aliases', { allowed: 0, got: 1 }],
    [
      { cost: 1 },
      `subscription { events { ${'... on Event { requestId } '.repeat(1)} ...A } } ${doubled(7)}`,
      'cost',
      {},
    ],
  ];
  for (const [queryLimits, query, limit, numbers] of cases) {
    const world = await startWorld({ queryLimits });
    const [error] = await over(world, query);
    expect(error?.extensions).toMatchObject({ code: 'QUERY_TOO_COMPLEX', limit, ...numbers });
  }
});

/** 2^levels times the same field, without an alias and without a name twice in one place. */
function doubled(levels: number): string {
  const names = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
  const fragments = [...names.slice(0, levels)].map((name, index) => {
    const next = names[index + 1];
    return `fragment ${name} on Event { ...${next} ...${next} }`;
  });
  return `${fragments.join(' ')} fragment ${names[levels]} on Event { n }`;
}

test('a document that was turned away is turned away again', async () => {
  const world = await startWorld();
  for (const _ of [1, 2, 3]) {
    const [error] = await overSocket(world, bomb(30));
    expect(error?.extensions.code).toBe('QUERY_TOO_COMPLEX');
  }
});
