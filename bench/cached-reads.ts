import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { findTool, REDIS_SERVER } from '../scripts/require-tools.ts';
import { readConfig } from '../src/config.ts';
import { startGateway } from '../src/gateway.ts';
import { createLog } from '../src/telemetry/log.ts';
import { median } from './cpu.ts';
import { id } from './flex-list-body.ts';
import { type Measured, measure, type Outside } from './list-measure.ts';
import { FIRST, QUERY } from './list-pages.ts';
import { startHelper } from './list-process.ts';
import { flexpriceId } from './list-world.ts';

// What a read costs the gateway's process over real HTTP: asked of the provider, and answered from what is kept.

const SESSIONS = 1000;
const OPTIONS = { rounds: 9, roundMs: 200 };
const FIELDS =
  'id provider providerId status mode createdAt expiresAt checkoutUrl customer { id } amounts { total { decimal } }';

const one = (provider: string, providerId: string) =>
  `checkoutSessionByProviderId(provider: ${provider}, providerId: "${providerId}") { ${FIELDS} }`;

const FLEX = one('FLEX', id('fcs', 1));
const QUESTIONS = [
  { name: 'Q1, one session', body: { query: `{ a: ${FLEX} }` } },
  {
    name: 'Q2, one of each provider',
    body: { query: `{ a: ${FLEX} b: ${one('FLEXPRICE', flexpriceId(51))} c: ${one('METEROID', 'che_bench')} }` },
  },
  {
    name: 'Q3, a list of 50',
    body: { query: QUERY, variables: { ...FIRST.variables, filter: { providers: ['FLEX'] } } },
  },
];

const outside: Outside = await startHelper('list-outside-process.ts');
const providers = String(outside.started);
const redis = await startRedis();

const STORES = [
  { name: 'provider', settings: { CACHE_MEMORY_MIB: '0' } },
  { name: 'process', settings: {} },
  { name: 'process, by Redis', settings: { REDIS_URL: redis.url } },
  { name: 'Redis', settings: { REDIS_URL: redis.url, CACHE_MEMORY_MIB: '0' } },
  {
    name: 'Redis, encrypted',
    settings: {
      REDIS_URL: redis.url,
      CACHE_MEMORY_MIB: '0',
      CACHE_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64'),
    },
  },
];

async function start(settings: Record<string, string>) {
  const at = (name: string) => ({ apiKey: 'benchmark', baseUrl: `${providers}/${SESSIONS}/50/${name}` });
  const config = {
    ...readConfig({ PORT: '0', ...settings }),
    dataDir: null,
    providers: { FLEXPRICE: at('flexprice'), METEROID: at('meteroid'), FLEX: at('flex') },
  };
  // Time stands still, so that what is kept stays fresh.
  const time = Date.now();
  const isKept = settings.REDIS_URL !== undefined || settings.CACHE_MEMORY_MIB === undefined;
  return startGateway({ config, log: createLog({ level: 'warn' }), ...(isKept && { now: () => time }) });
}

const gateways = await Promise.all(STORES.map(({ settings }) => start(settings)));
const rows = QUESTIONS.map(({ name, body }) => ({
  name,
  cells: gateways.map((gateway, index): Measured => {
    const text = JSON.stringify(body);
    const run = async (count: number) => {
      const { calls } = await outside.ask({ url: gateway.url, body: text, count });
      const made = Object.values(calls).reduce((sum, each) => sum + each, 0);
      if (index > 0 && made > 3)
        throw new Error(`expected answers from the cache, got ${made} calls for ${name} from ${STORES[index]?.name}`);
    };
    return { name: `${name}: ${STORES[index]?.name}`, run, samples: [] };
  }),
}));
await measure(
  rows.flatMap(({ cells }) => cells),
  OPTIONS,
);
for (const gateway of gateways) await gateway.stop(0);
redis.stop();
outside.stop();

const line = (name: string, cells: string[]) =>
  `${name.padEnd(28)}${cells.map((cell) => cell.padStart(20)).join('')}\n`;
process.stdout.write('CPU milliseconds of the gateway for one request, by where the answer comes from:\n\n');
process.stdout.write(
  line(
    '',
    STORES.map(({ name }) => name),
  ),
);
for (const { name, cells } of rows) {
  process.stdout.write(
    line(
      name,
      cells.map(({ samples }) => median(samples).toFixed(3)),
    ),
  );
}

/** A Redis of our own, in memory alone, which ends with this process. */
async function startRedis() {
  const program = findTool(REDIS_SERVER);
  if (!program) throw new Error('This benchmark needs redis-server on the PATH.');
  const port = await freePort();
  const server = spawn(program, ['--port', String(port), '--bind', '127.0.0.1', '--save', '']);
  process.once('exit', () => server.kill());
  for await (const text of server.stdout.setEncoding('utf8')) if (text.includes('Ready to accept')) break;
  return { url: `redis://127.0.0.1:${port}`, stop: () => server.kill() };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
