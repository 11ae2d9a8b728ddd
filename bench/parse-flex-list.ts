import { exactJson } from '../src/checkout/metadata.ts';
import type { CheckoutSession } from '../src/checkout/session.ts';
import { toSession } from '../src/providers/flex/mapping.ts';
import { type FlexSession, flexListEnvelope, flexSession } from '../src/providers/flex/wire.ts';
import { parseWire } from '../src/providers/parse-wire.ts';
import { cpuMicroseconds } from './cpu.ts';
import { flexListBody, type Oddity } from './flex-list-body.ts';

// What it costs to turn a page of Flex's list into sessions: CPU time, by the modules that the gateway runs.

const SESSIONS = 50;
/** Microseconds for checking the whole page, without JSON.parse and mapping. */
const TARGET = 1000;
const OPTIONS = { rounds: 41, roundMs: 25 };

const sessionsIn = (text: string): unknown[] => flexListEnvelope.parse(JSON.parse(text)).checkout_sessions;

function check(raw: unknown): FlexSession {
  const wire = parseWire(flexSession, raw, () => {});
  if (!wire) throw new Error('expected every session of the benchmark to be readable');
  return wire;
}

const map = (wire: FlexSession, exact: () => unknown): CheckoutSession =>
  toSession(wire, { fetchedAt: '2026-11-01T12:00:00.000Z', exact });

/** The way of a page through the provider, text to sessions. */
function readPage(text: string): CheckoutSession[] {
  return sessionsIn(text).map((raw, index) =>
    map(check(raw), () => exactJson(text, ['checkout_sessions', index, 'metadata'])),
  );
}

const body = (oddity?: Oddity): string => flexListBody(SESSIONS, oddity);
const never = () => {
  throw new Error('expected metadata of texts only');
};

const text = body();
const raw = sessionsIn(text);
const wires = raw.map(check);
const rawWithWrongValue = sessionsIn(body({ wrongValue: true }));
const textWithNumber = body({ numberInMetadata: true });
const textWithWrongValue = body({ wrongValue: true });

const CHECK = 'parseWire';
const results = cpuMicroseconds(
  [
    { name: 'JSON.parse', run: () => JSON.parse(text) },
    { name: CHECK, run: () => raw.map(check) },
    { name: 'toSession', run: () => wires.map((wire) => map(wire, never)) },
    { name: 'parseWire + toSession', run: () => raw.map((one) => map(check(one), never)) },
    { name: 'text to sessions', run: () => readPage(text) },
    { name: 'parseWire, one wrong value', run: () => rawWithWrongValue.map(check) },
    { name: 'text to sessions, one wrong value', run: () => readPage(textWithWrongValue) },
    { name: 'text to sessions, one number in metadata', run: () => readPage(textWithNumber) },
  ],
  OPTIONS,
);

const properties = Object.keys(raw[0] as object).length;
const lines = [
  `A page of ${SESSIONS} Flex sessions with ${properties} properties each, ${Math.round(text.length / 1024)} KiB; ` +
    `Node ${process.versions.node}; CPU time, median of ${OPTIONS.rounds} rounds.`,
  '',
  `${''.padEnd(42)}${'µs a page'.padStart(10)}${'µs a session'.padStart(14)}`,
  ...[...results].map(
    ([name, cost]) => `${name.padEnd(42)}${cost.toFixed(0).padStart(10)}${(cost / SESSIONS).toFixed(2).padStart(14)}`,
  ),
  '',
  `target for parseWire: under ${TARGET / 1000} ms a page — ${(results.get(CHECK) ?? Number.NaN) < TARGET ? 'met' : 'missed'}`,
];
process.stdout.write(`${lines.join('\n')}\n`);
