import { pick, weighted } from '../../sandbox/prng.ts';
import { type ChangeRequest, createChanges } from '../../src/changing/changes.ts';
import { createSettle } from '../../src/changing/settle.ts';
import type { ChangeAnswer } from '../../src/checkout/change.ts';
import { GatewayError } from '../../src/checkout/errors.ts';
import { type Expansion, NO_EXPANSION, type Provider } from '../../src/checkout/provider.ts';
import type { CheckoutSession, ProviderName } from '../../src/checkout/session.ts';
import { versionOf } from '../../src/checkout/version.ts';
import { createLimit } from '../../src/reading/limit.ts';
import type { Reader } from '../../src/reading/read-through.ts';
import { ReportBuilder } from '../../src/reading/report.ts';
import { recordLog } from '../helpers/log.ts';
import { itemsSeen, type State, seenIn } from './interleavings-provider.ts';
import { happens, type Replica, type World } from './interleavings-world.ts';

const WITH_CUSTOMER: Expansion = { customer: true, paymentIntent: false };
/** Milliseconds: nobody gives up here, as far as setTimeout can count. */
const PATIENCE_MS = 1_000_000_000;

const TWO_DAYS_MS = 172_800_000;

/** How often each of them plays. */
const PARTS = { session: 34, items: 5, peek: 5, page: 12, whole: 10, change: 13, webhook: 13, leap: 6, silent: 2 };

/** Sends one more player on, who does what the world's seed says. */
export function play(world: World, number: number): void {
  const drawn = weighted(world.random, PARTS);
  // That something was deleted tells too little to find out who is behind it.
  const part = drawn === 'change' && world.register.lags ? 'webhook' : drawn;
  const replica = world.anyReplica();
  const id = pick(world.random, world.register.ids);
  const expansion = happens(world, 0.4) ? WITH_CUSTOMER : NO_EXPANSION;
  const name = `${number} ${part} at ${replica.name}`;
  if (part === 'leap') world.start(name, async () => world.leap());
  else if (part === 'silent') world.start(name, async () => void world.register.move(id));
  else if (part === 'change') world.start(`${name} of ${id}`, () => change(world, replica, id));
  else if (part === 'webhook') world.start(`${name} of ${id}`, () => webhook(world, replica, id));
  else if (part === 'page' || part === 'whole') {
    world.start(name, () =>
      readList(world, replica, part === 'page' ? { limit: pick(world.random, [1, 2]), expansion } : null),
    );
  } else world.start(`${name} of ${id}`, () => readOne(world, replica, { part, id, expansion }));
}

const callOf = ({ now }: Replica) => ({ requestId: 'r', deadline: now() + PATIENCE_MS });
const readerOf = (replica: Replica): Reader => ({
  call: callOf(replica),
  limit: createLimit(),
  report: new ReportBuilder(),
  onCall: () => {},
});

type One = { part: 'session' | 'items' | 'peek'; id: string; expansion: Expansion };

async function readOne(world: World, replica: Replica, { part, id, expansion }: One): Promise<void> {
  const { oracle } = world;
  const floor = oracle.floorOf(id);
  const { reads, provider } = replica;
  const reader = readerOf(replica);
  if (part === 'items') {
    const read = await unlessFailed(reads.lineItems(provider, id, reader));
    if (read) oracle.check('the line items', floor, read.value ? itemsSeen(read.value) : NOTHING);
    return;
  }
  const read =
    part === 'peek'
      ? await reads.peekSession(provider, id, expansion, reader)
      : await unlessFailed(reads.session(provider, id, expansion, reader));
  if (!read) return;
  oracle.check('the session', floor, seenOf(read.value));
  if (read.value && expansion.customer && read.value.customer?.email === null) oracle.fault('the customer is missing');
}

async function readList(
  world: World,
  replica: Replica,
  page: { limit: number; expansion: Expansion } | null,
): Promise<void> {
  const { oracle } = world;
  const floors = world.register.ids.map((id) => ({
    id,
    version: oracle.floorOf(id).version,
    sampled: oracle.floorOfLists(),
  }));
  const { reads, provider } = replica;
  const reader = readerOf(replica);
  const read = await unlessFailed<{ value: CheckoutSession[] | null }>(
    page
      ? reads.page(provider, provider.paged, { limit: page.limit }, page.expansion, reader)
      : reads.all(provider, provider.whole, reader),
  );
  if (!read) return;
  const sessions = read.value ?? [];
  const isAll = sessions.length < (page?.limit ?? Number.POSITIVE_INFINITY);
  for (const floor of floors) {
    const session = sessions.find(({ providerId }) => providerId === floor.id) ?? null;
    // A page may end before it.
    if (session || isAll) oracle.check(`${floor.id} in the list`, floor, seenOf(session));
  }
}

const NOTHING = { version: 0, sampled: null };
const seenOf = (session: CheckoutSession | null) => (session ? seenIn(session) : NOTHING);

/** A session is changed through the gateway, with what src/changing does. */
async function change(world: World, replica: Replica, id: string): Promise<void> {
  const { oracle, schedule } = world;
  const began = schedule.step;
  const { reads, provider, now } = replica;
  const call = callOf(replica);
  let sent: State | undefined;
  const send = async ({ providerId }: { providerId: string }): Promise<ChangeAnswer> => {
    // What was there before the change is gone before the change is sent: the gateway may end right after that.
    oracle.forgotten(id, began);
    try {
      const answer = await provider.deleteSession(providerId);
      if (answer === 'DELETED') return { is: 'DONE', providerId, session: null };
      return { is: 'REFUSED', errors: [] };
    } finally {
      sent = world.register.stateOf(id);
    }
  };
  const watched: Provider = {
    ...{ name: provider.name, listing: provider.listing, expands: provider.expands },
    getSession: (...question) => provider.getSession(...question),
    changes: { DELETE: { resendWithinMs: 0, send } },
  };
  const providers = new Map<ProviderName, Provider>([[provider.name, watched]]);
  const unused = () => Promise.reject(new Error('expected no use of the ledger'));
  const index = { learn: unused, missing: unused, page: unused, count: unused };
  const operations = {
    ...{ begin: unused, renew: unused, finish: unused, find: unused, hasInput: () => false },
    ...{ unfinished: unused, take: unused, takeLeft: unused, claim: unused, claimedBy: unused },
  };
  const { log } = recordLog();
  const settle = createSettle({ reads, index, providers, log });
  const changes = createChanges({ providers, operations, settle, log, now });
  const request = {
    change: { kind: 'DELETE', providerId: id },
    provider: watched,
    caller: '',
    idempotencyKey: null,
    call,
  };
  await unlessFailed(changes.make(request as ChangeRequest));
  if (sent) oracle.acknowledge(id, sent, began);
}

/** A session changes by itself, and the provider tells later what it has become. */
async function webhook(world: World, { reads, provider }: Replica, id: string): Promise<void> {
  const { schedule, oracle, register } = world;
  const state = register.move(id);
  const session = register.show(id, state, NO_EXPANSION);
  await schedule.gate('answer', 'by a webhook');
  const came = schedule.step;
  const shown = session && (register.lags || happens(world, 0.8)) ? versionOf(session) : undefined;
  await reads.forget({ provider: provider.name, providerId: id }, shown);
  oracle.acknowledge(id, state, came);
}

/** Long after everything else, when nothing that was kept before may be shown any more. */
export function playLast(world: World): void {
  world.pass(TWO_DAYS_MS);
  for (const id of world.register.ids) world.oracle.acknowledge(id, world.register.stateOf(id), world.schedule.step);
  for (const replica of world.replicas) {
    for (const id of world.register.ids) {
      world.start(`last ${id} at ${replica.name}`, () =>
        readOne(world, replica, { part: 'session', id, expansion: NO_EXPANSION }),
      );
    }
    world.start(`last list at ${replica.name}`, () => readList(world, replica, null));
  }
}

/** Null when the provider failed, as it does in some worlds. */
async function unlessFailed<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof GatewayError && error.code === 'UPSTREAM_ERROR') return null;
    throw error;
  }
}
