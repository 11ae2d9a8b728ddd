import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { WebSocket } from 'ws';
import { createServer } from '../src/server/index.ts';
import { createLog } from '../src/telemetry/log.ts';
import { createMetrics } from '../src/telemetry/metrics.ts';
import { startHelper } from './list-process.ts';

// What an idle subscriber takes of the server's memory, one subscription on one WebSocket each. The server and the
// clients are processes of their own, so that only the server is looked at: `node bench/idle-subscribers.ts [count]`.

type Memory = { resident: number; heap: number; external: number; listeners: number };
type Opening = { url: string; count: number };

const CLIENTS_AT_A_TIME = 50;
const QUERY = 'subscription Watch($ids: [ID!]) { changed(ids: $ids) { id status at } }';

const collector = (): (() => void) => {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
};

async function serve(): Promise<void> {
  const collect = collector();
  let listeners = 0;
  const idle = (): AsyncIterator<never> & AsyncIterable<never> => {
    listeners += 1;
    return {
      next: () => new Promise(() => {}),
      async return() {
        listeners -= 1;
        return { done: true, value: undefined };
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  };
  const server = await createServer({
    schema: makeExecutableSchema({
      typeDefs: `
        type Query { hello: String }
        type Change { id: ID! status: String! at: Float! }
        type Subscription { changed(ids: [ID!]): Change! }
      `,
      resolvers: { Subscription: { changed: { subscribe: idle } } },
    }),
    createContext: ({ requestId, deadline }) => ({ call: { requestId, deadline } }),
    listings: new Map(),
    introspection: true,
    production: true,
    requestDeadlineMs: 10_000,
    host: '127.0.0.1',
    port: 0,
    readiness: () => ({}),
    log: createLog({ level: 'silent' }),
    metrics: createMetrics(),
  });
  const memory = async (): Promise<Memory> => {
    for (let round = 0; round < 5; round++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      collect();
    }
    const { rss, heapUsed, external } = process.memoryUsage();
    return { resident: rss, heap: heapUsed, external, listeners };
  };
  process.on('message', async () => process.send?.({ result: await memory() }));
  process.send?.({ result: server.port });
}

function subscribe(url: string): Promise<void> {
  const socket = new WebSocket(url, 'graphql-transport-ws', { perMessageDeflate: false });
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('close', (code) => reject(new Error(`the server closed with ${code}`)));
    socket.on('open', () => socket.send('{"type":"connection_init","payload":{"authorization":"Bearer 0123456789"}}'));
    socket.once('message', () => {
      const payload = { query: QUERY, variables: { ids: ['flex:cs_0123456789'] } };
      socket.send(JSON.stringify({ id: crypto.randomUUID(), type: 'subscribe', payload }));
      // What tells that it was taken in: the answer to what was sent after it.
      socket.send('{"type":"ping"}');
      socket.once('message', () => resolve());
    });
  });
}

function connect(): void {
  process.on('message', async ({ url, count }: Opening) => {
    for (let opened = 0; opened < count; opened += CLIENTS_AT_A_TIME) {
      const batch = Math.min(CLIENTS_AT_A_TIME, count - opened);
      await Promise.all(Array.from({ length: batch }, () => subscribe(url)));
    }
    process.send?.({ result: count });
  });
  process.send?.({ result: 'ready' });
}

const KIB = 1024;

async function measure(count: number): Promise<void> {
  const server = await startHelper<object, Memory>('idle-subscribers.ts', 'serve');
  const clients = await startHelper<Opening, number>('idle-subscribers.ts', 'connect');
  const url = `ws://127.0.0.1:${server.started}/graphql`;
  // The first ones take what everybody shares: code, the document, buffers.
  await clients.ask({ url, count: 200 });
  let before = await server.ask({});
  for (const _ of [1, 2]) {
    await clients.ask({ url, count });
    // After the time for `connection_init`, whose timer is kept until then.
    await new Promise((resolve) => setTimeout(resolve, 6000));
    const after = await server.ask({});
    const each = (part: 'resident' | 'heap' | 'external') =>
      `${((after[part] - before[part]) / count / KIB).toFixed(1)} KiB`;
    process.stdout.write(
      `${count} more subscribers (${after.listeners} listeners): each takes ${each('resident')} resident, ` +
        `${each('heap')} heap, ${each('external')} external\n`,
    );
    before = after;
  }
  clients.stop();
  server.stop();
}

process.on('disconnect', () => process.exit());
const [role] = process.argv.slice(2);
if (role === 'serve') await serve();
else if (role === 'connect') connect();
else await measure(Number(role ?? 2000));
