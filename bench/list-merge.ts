import { makeExecutableSchema } from '@graphql-tools/schema';
import type { GatewayContext } from '../resolvers/context.ts';
import { resolvers } from '../resolvers/index.ts';
import { loadTypeDefs } from '../schema/load.ts';
import { createMemoryCache } from '../src/cache/memory.ts';
import { ANYONE } from '../src/checkout/caller.ts';
import type { Provider } from '../src/checkout/provider.ts';
import type { CheckoutSession } from '../src/checkout/session.ts';
import { mergeOlder } from '../src/listing/merge.ts';
import { Page, type Part } from '../src/listing/page.ts';
import { START } from '../src/listing/position.ts';
import { toSession as flexToSession } from '../src/providers/flex/mapping.ts';
import { flexSession } from '../src/providers/flex/wire.ts';
import { toSession as flexpriceToSession } from '../src/providers/flexprice/mapping.ts';
import { flexpriceSession } from '../src/providers/flexprice/wire.ts';
import { createReading } from '../src/reading/index.ts';
import { createSharedReads } from '../src/reading/shared-reads.ts';
import { createServer, type GraphQLServer } from '../src/server/index.ts';
import { createLog } from '../src/telemetry/log.ts';
import { createMetrics } from '../src/telemetry/metrics.ts';
import type { Task } from './cpu.ts';
import { flexPage, flexpriceBody, flexpriceId } from './list-world.ts';

const SIZE = 50;
const WORLD = 1000;

const mapping = { fetchedAt: '2026-11-01T12:00:00.000Z', exact: () => undefined };
const flex = flexPage(WORLD, { limit: SIZE + 1, offset: 0, rare: false }).map((raw) =>
  flexToSession(flexSession.parse(raw), mapping),
);
const flexprice = flex.map((_, index) =>
  flexpriceToSession(flexpriceSession.parse(flexpriceBody(flexpriceId(index), WORLD)), mapping),
);

const part = (key: string, sessions: readonly CheckoutSession[], complete: boolean): Part => ({
  key,
  stretch: { sessions, before: START, next: complete ? null : undefined, complete },
  position: START,
  skipped: 0,
});
const parts = [part('FLEX', flex, false), part('FLEXPRICE', flexprice, false), part('METEROID', [], true)];
const stretches = parts.map(({ stretch }) => stretch ?? { sessions: [], complete: true });

const merged = (): Page => new Page(parts, mergeOlder(stretches, SIZE), '');

export const MERGE = 'merge alone';
export const MERGE_AND_ENDS = 'merge, start and end cursor';
export const MERGE_AND_ALL = 'merge, all 50 cursors';

/** What merging a page of 50 costs, and its cursors. */
export const MERGE_TASKS: readonly Task[] = [
  { name: MERGE, run: merged },
  {
    name: MERGE_AND_ENDS,
    run: () => {
      const { edges } = merged();
      return [edges[0]?.cursor, edges.at(-1)?.cursor];
    },
  },
  { name: MERGE_AND_ALL, run: () => merged().edges.map(({ cursor }) => cursor) },
];

/**
 * The gateway's server and resolvers before providers that have the page's sessions in memory: the least that a page can
 * cost, once all of it comes from a cache.
 */
export function startCachedGateway(): Promise<GraphQLServer> {
  const log = createLog({ level: 'warn' });
  const provider = (name: Provider['name'], sessions: CheckoutSession[]): Provider => ({
    name,
    listing: {
      kind: 'PAGED',
      plan: () => [
        {
          isExact: true,
          isSparse: false,
          key: '',
          matches: () => true,
          readPage: async ({ limit }) => sessions.slice(0, limit),
        },
      ],
    },
    getSession: async () => null,
  });
  const providers = new Map(
    [provider('FLEXPRICE', flexprice), provider('METEROID', []), provider('FLEX', flex)].map((one) => [one.name, one]),
  );
  const unsubscribed = () => {
    throw new Error('expected no subscription');
  };
  const unused = () => Promise.reject(new Error('expected no use of the index'));
  const index = { learn: unused, missing: unused, page: unused, count: unused };
  const reads = createSharedReads({
    cache: createMemoryCache({ maxBytes: 2 ** 26, now: Date.now }),
    accounts: {},
    fetchMs: 10_000,
    now: Date.now,
  });
  const remember = { found: () => {}, missing: () => {}, flush: async () => {} };
  return createServer<GatewayContext>({
    schema: makeExecutableSchema({ typeDefs: loadTypeDefs(), resolvers, inheritResolversFromInterfaces: false }),
    createContext: ({ requestId, deadline }) => {
      const call = { requestId, deadline };
      const reading = createReading({ providers, reads, caller: ANYONE, call, remember, now: Date.now });
      return {
        call,
        reading,
        allProviders: providers,
        providers,
        health: () => 'UP',
        changes: { make: unused, operation: unused, findOutLeft: unused },
        live: { changes: unsubscribed },
        fork: unsubscribed,
        who: ANYONE,
        caller: '',
        notes: { isReplayed: false },
        idsAsked: 0,
        index,
        log,
        now: Date.now,
      };
    },
    listings: new Map([...providers.values()].map(({ name, listing }) => [name, listing.kind])),
    introspection: false,
    production: true,
    requestDeadlineMs: 10_000,
    host: '127.0.0.1',
    port: 0,
    readiness: () => ({}),
    log,
    metrics: createMetrics(),
  });
}
