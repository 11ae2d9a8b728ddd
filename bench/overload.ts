import { createServer } from 'node:http';
import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { readConfig } from '../src/config.ts';
import { startGateway } from '../src/gateway.ts';
import { TurnQueue } from '../src/server/overload/turn-queue.ts';
import { createLog } from '../src/telemetry/log.ts';
import { id, indexOf } from './flex-list-body.ts';
import { startHelper } from './list-process.ts';
import { flexPage } from './list-world.ts';
import { type Loaded, load } from './overload-load.ts';

// What the gateway still does when it is asked for twice as much as it can do. The provider, the gateway and the client are
// processes of their own, the gateway's on a core of its own, so it wants Linux and two cores:
// `node bench/overload.ts [seconds] [unlimited]`, the second to see what would be without a limit.

const SESSIONS = 1_000_000;
/** Milliseconds that the provider takes. */
const PROVIDER_MS = 20;
/** Sessions that are kept after a while, and how many of the requests are for others. */
const KEPT = 500;
const ONE_IN = 5;

/** How often one request asks for its session: the client and the provider are to have little to do beside the gateway. */
const EACH = 25;

const FIELDS =
  'id provider providerId status mode createdAt expiresAt checkoutUrl customer { id } amounts { total { decimal } }';
// The same session: others would be read together by requests that meet, and cost the less the more of those there are.
const ALIASES = Array.from(
  { length: EACH },
  (_, n) => `s${n}: checkoutSessionByProviderId(provider: FLEX, providerId: $id) { ${FIELDS} }`,
);
const queryOf = (aliases: readonly string[]) => `query ($id: String!) {\n  ${aliases.join('\n  ')}\n}`;
const [SHORT, LONG] = [queryOf(ALIASES.slice(0, 1)), queryOf(ALIASES)];

/** Another for each n. */
const unkept = (n: number): number => KEPT + ((n * 7919) % (SESSIONS - KEPT));

const bodyOf = (n: number): string => {
  const index = n % ONE_IN === 0 ? unkept(n) : n % KEPT;
  return JSON.stringify({ query: LONG, variables: { id: id('fcs', index) } });
};

const fillingBodyOf = (n: number): string => JSON.stringify({ query: SHORT, variables: { id: id('fcs', unkept(n)) } });

type Memory = { resident: number; heap: number; busyMs: number };

function reply(result: unknown): void {
  process.send?.({ result });
}

function provide(): void {
  const server = createServer((incoming, response) => {
    const place = indexOf((incoming.url ?? '').split('/').at(-1) ?? '');
    const [session] = flexPage(SESSIONS, { limit: 1, offset: place, rare: false });
    setTimeout(() => {
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ checkout_session: session }));
    }, PROVIDER_MS);
  });
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    reply(typeof address === 'object' && address ? `http://127.0.0.1:${address.port}` : '');
  });
}

/** What the gateway's process is told, and tells how it is each time. */
type Order = { collects?: boolean; isLimited?: boolean };

async function serve(provider: string): Promise<void> {
  let isLimited = true;
  const isFull = Object.getOwnPropertyDescriptor(TurnQueue.prototype, 'isFull')?.get;
  Object.defineProperty(TurnQueue.prototype, 'isFull', {
    get(this: TurnQueue) {
      return isLimited && isFull?.call(this);
    },
  });
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const config = {
    ...readConfig({ PORT: '0', CACHE_MEMORY_MIB: '8' }),
    dataDir: null,
    providers: { FLEX: { apiKey: 'benchmark', baseUrl: provider } },
  };
  // Time stands still, so that what is kept stays fresh: else a request would cost the less the more of them there are.
  const time = Date.now();
  const gateway = await startGateway({ config, log: createLog({ level: 'error' }), now: () => time });
  process.on('message', (order: Order) => {
    if (order.collects) collect();
    isLimited = order.isLimited ?? isLimited;
    const { rss, heapUsed } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    reply({ resident: rss, heap: heapUsed, busyMs: (user + system) / 1000 } satisfies Memory);
  });
  reply(gateway.url);
}

function ask(): void {
  type Question = { url: string; seconds: number; rate?: number; atOnce?: number; fills?: boolean };
  process.on('message', async ({ fills = false, ...question }: Question) => {
    reply(await load({ ...question, body: fills ? fillingBodyOf : bodyOf }));
  });
  reply('ready');
}

const quantile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN;

const MIB = 2 ** 20;
/** Of one turn. */
const PEAK_SECONDS = 3;
const PHASE_SECONDS = 20;
/** Enough for the 20,000 sessions of which `src/reading/told.ts` knows the last state, and a half more. */
const FILL_SECONDS = 45;

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** By least squares, of y for each one of x. */
function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const [x, y] = [mean(points.map(([each]) => each)), mean(points.map(([, each]) => each))];
  const over = points.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0);
  return over / points.reduce((sum, [a]) => sum + (a - x) ** 2, 0);
}

async function limitOf(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^checkout_gateway_operations_limit (.*)$/m.exec(text)?.[1]);
}

const say = (line: string) => process.stdout.write(`${line}\n`);

const times = (values: readonly number[]) =>
  `p50 ${quantile(values, 0.5).toFixed(1)}, p99 ${quantile(values, 0.99).toFixed(1)} ms`;

function tell(name: string, { sent, good, shed, other, goodMs, shedMs, ownLateMs }: Loaded, seconds: number): void {
  say(
    `${name}: ${(sent / seconds).toFixed(0)} sent, ${(good / seconds).toFixed(0)} good in a second (${times(goodMs)}), ` +
      `${shed} turned away${shed > 0 ? ` (${times(shedMs)})` : ''}, other ${JSON.stringify(other)}, ` +
      `client late by ${ownLateMs.toFixed(0)} ms at most, load ${loadavg()[0]?.toFixed(1)}`,
  );
}

type Phase = { name: string; seconds: number; isLimited: boolean; atOnce?: number; rate?: number; fills?: boolean };
type Seen = {
  perSecond: number;
  perBusySecond: number;
  shedMs: number[];
  settledShedMs: number[];
  residentMiB: number;
};

/** On a core of its own V8's helper threads would hold up the one that they help. */
const ONE_CORE = '--single-threaded-gc';

/** The processes of one run. */
async function open() {
  const provider = await startHelper<object, never>('overload.ts', 'provide');
  const gateway = await startHelper<Order, Memory>('overload.ts', ONE_CORE, 'serve', String(provider.started));
  const client = await startHelper<object, Loaded>('overload.ts', 'ask');
  const url = String(gateway.started);
  // Else the more the client sends, the less is left of the machine for the gateway to do.
  gateway.pin(0);
  for (const helper of [provider, client]) helper.pin(1);
  return {
    gateway,
    async run({ name, seconds, isLimited, ...asked }: Phase): Promise<Seen> {
      const before = await gateway.ask({ isLimited });
      const limits: number[] = [];
      const watch = setInterval(async () => limits.push(await limitOf(url)), 1000);
      const loaded = await client.ask({ url, seconds, ...asked });
      clearInterval(watch);
      const after = await gateway.ask({});
      const busySeconds = (after.busyMs - before.busyMs) / 1000;
      tell(`${name}, gateway busy ${((busySeconds / seconds) * 100).toFixed(0)} %`, loaded, seconds);
      if (isLimited) say(`  limit, second by second: ${limits.join(' ')}`);
      return {
        perSecond: loaded.good / seconds,
        perBusySecond: loaded.good / busySeconds,
        shedMs: loaded.shedMs,
        settledShedMs: loaded.settledShedMs,
        residentMiB: after.resident / MIB,
      };
    },
    stop() {
      for (const helper of [client, gateway, provider]) helper.stop();
    },
  };
}

/** The best that it does without a limit, and with nobody who is turned away. */
async function peakOf(run: (phase: Phase) => Promise<Seen>): Promise<Seen> {
  const seen: Seen[] = [];
  for (const atOnce of [32, 64]) {
    seen.push(await run({ name: `${atOnce} at one time`, seconds: PEAK_SECONDS, isLimited: false, atOnce }));
  }
  return seen.reduce((best, each) => (each.perSecond > best.perSecond ? each : best));
}

/** In turns, because what else runs on the machine changes. */
async function measure(seconds: number, showsUnlimited: boolean): Promise<void> {
  const { gateway, run, stop } = await open();
  // More sessions than it keeps anything of, so that what grows after that is not what it may keep.
  await run({ name: 'filling what is kept', seconds: FILL_SECONDS, isLimited: false, atOnce: 64, fills: true });
  await run({ name: 'warming up', seconds: 8, isLimited: false, atOnce: 32 });
  const heapOf = async () => (await gateway.ask({ collects: true })).heap / MIB;
  const heapBefore = await heapOf();
  const startedAt = performance.now();
  const peaks: Seen[] = [];
  const twice: Seen[] = [];
  const residents: [second: number, mib: number][] = [];
  const heaps: [second: number, mib: number][] = [];
  for (let left = seconds; left > 0; left -= PHASE_SECONDS) {
    const peak = await peakOf(run);
    peaks.push(peak);
    const rate = 2 * peak.perSecond;
    const seen = await run({ name: 'twice', seconds: PHASE_SECONDS, isLimited: true, rate });
    twice.push(seen);
    // What nobody waits for any more is still to come in.
    await sleep(1500);
    const second = (performance.now() - startedAt) / 1000;
    residents.push([second, seen.residentMiB]);
    heaps.push([second, await heapOf()]);
    if (showsUnlimited) await run({ name: 'twice without a limit', seconds: PHASE_SECONDS, isLimited: false, rate });
  }
  const share = (of: (seen: Seen) => number) => `${((mean(twice.map(of)) / mean(peaks.map(of))) * 100).toFixed(0)} %`;
  const shedMs = twice.flatMap((seen) => seen.shedMs);
  say(
    `goodput at twice the peak: ${share(({ perSecond }) => perSecond)} of the peak; ` +
      `for each second that the gateway was busy, ${share(({ perBusySecond }) => perBusySecond)}`,
  );
  const settled = twice.flatMap((seen) => seen.settledShedMs);
  say(`turned away: ${shedMs.length}, ${times(shedMs)}; but for the first two seconds each time ${times(settled)}`);
  const kibASecond = (sizes: (readonly [number, number])[]) => (slope(sizes.slice(sizes.length / 2)) * 1024).toFixed(1);
  say(`resident size in MiB: ${residents.map(([, mib]) => mib.toFixed(0)).join(' ')}`);
  say(
    `heap after collection in MiB: ${[heapBefore, ...heaps.map(([, mib]) => mib)].map((mib) => mib.toFixed(1)).join(' ')}`,
  );
  say(`slopes over the second half: ${kibASecond(residents)} and ${kibASecond(heaps)} KiB in a second`);
  stop();
}

process.on('disconnect', () => process.exit());
const [role, argument] = process.argv.slice(2);
if (role === 'provide') provide();
else if (role === 'serve') await serve(argument ?? '');
else if (role === 'ask') ask();
else await measure(Number(role ?? 60), argument === 'unlimited');
