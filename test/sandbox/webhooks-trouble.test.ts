import { createServer } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Sandbox, WebhookSwitches } from '../../sandbox/index.ts';
import { ask, begin } from './client.ts';
import { idOf, type Receiver, receive, settled, typeOf, verify } from './receiver.ts';

let sandbox: Sandbox;
let hook: Receiver;
beforeEach(async () => {
  hook = await receive();
  sandbox = await begin({ sessions: 10, webhooks: { flex: { url: hook.url } } });
});
afterEach(async () => {
  await sandbox.stop();
  await hook[Symbol.asyncDispose]();
});

const change = (switches: Partial<WebhookSwitches>) =>
  sandbox.control.webhookSwitches({ provider: 'flex', ...switches });
/** Makes an event; its type tells which. */
const tell = (type: string) => sandbox.control.tell({ provider: 'flex', id: sandbox.examples.flex, type });
const many = (count: number): string[] => Array.from({ length: count }, (_, index) => `event.${index}`);
const types = (): string[] => hook.received.map(typeOf);
const secret = (): string => sandbox.providers.flex.webhookSecret;

test('what is not answered with 2xx comes again, later and later, under its id', async () => {
  hook.answers.push(500, 302, 404, (response) => response.destroy(), 200);
  tell('event');
  const all = await hook.got(5);
  await settled(sandbox);
  expect(new Set(all.map(idOf)).size).toBe(1);
  expect(new Set(all.map(({ text }) => text)).size).toBe(1);
  for (const one of all) verify(one, secret());
  const gaps = all.slice(1).map(({ atMs }, index) => atMs - (all[index]?.atMs ?? 0));
  for (const [index, least] of [200, 400, 800, 1600].entries()) expect(gaps[index]).toBeGreaterThanOrEqual(least - 30);
  expect(sandbox.control.webhooks()).toMatchObject([{ state: 'delivered', attempts: 5, lastStatus: 200 }]);
});

test('after ten tries it is given up, until it is sent again', async () => {
  change({ retryMs: 1 });
  hook.answers.push(...Array.from({ length: 10 }, () => 503));
  const [made] = tell('event');
  await hook.got(10);
  await settled(sandbox);
  expect(sandbox.control.webhooks()).toMatchObject([{ state: 'failed', attempts: 10, lastStatus: 503 }]);
  sandbox.control.redeliver({ id: made?.id ?? '' });
  await hook.got(11);
  await settled(sandbox);
  expect(sandbox.control.webhooks()).toMatchObject([{ state: 'failed' }, { id: made?.id, state: 'delivered' }]);
});

test('no answer in time, half an answer, nobody there', async () => {
  change({ retryMs: 1, answerMs: 60 });
  hook.answers.push(
    () => {},
    (response) => response.writeHead(200).write('half'),
    (response) => {
      response.writeHead(200, { 'content-length': '9' }).write('half', () => response.destroy());
    },
  );
  tell('event');
  await hook.got(4);
  await settled(sandbox);
  expect(sandbox.control.webhooks()).toMatchObject([{ state: 'delivered', attempts: 4 }]);
  const gone = createServer().listen(0);
  const address = gone.address();
  gone.close();
  const port = typeof address === 'object' ? address?.port : 0;
  sandbox.control.clearWebhooks();
  sandbox.control.webhookTo({ provider: 'flex', url: `http://127.0.0.1:${port}/` });
  change({ retryMs: 0 });
  tell('event');
  await settled(sandbox);
  const last = { state: 'failed', attempts: 10, lastStatus: null, lastError: expect.stringContaining('ECONNREFUSED') };
  expect(sandbox.control.webhooks().at(-1)).toMatchObject(last);
});

test('duplicates have one id', async () => {
  change({ duplicates: 3 });
  tell('event');
  await settled(sandbox);
  expect([hook.received.length, new Set(hook.received.map(idOf)).size]).toEqual([3, 1]);
});

test('held back and sent the other way round, when their time has come or the order changes', async () => {
  change({ order: 'reversed', holdMs: 150 });
  for (const type of many(4)) tell(type);
  expect(sandbox.control.webhooks().every(({ state }) => state === 'held')).toBe(true);
  await settled(sandbox);
  expect(types()).toEqual(many(4).toReversed());
  change({ holdMs: 600_000 });
  for (const type of many(4)) tell(type);
  change({ order: 'made' });
  await settled(sandbox);
  expect(types().slice(4)).toEqual(many(4).toReversed());
});

test('shuffled, the same for the same seed', async () => {
  const round = async (): Promise<string[]> => {
    sandbox.control.reset();
    change({ order: 'shuffled', holdMs: 600_000 });
    for (const type of many(12)) tell(type);
    change({ order: 'made' });
    await settled(sandbox);
    return types().slice(-12);
  };
  const first = await round();
  expect(await round()).toEqual(first);
  expect(first).not.toEqual(many(12));
  expect(first.toSorted()).toEqual(many(12).toSorted());
});

test('delayed', async () => {
  change({ delayMs: 200 });
  const before = Date.now();
  tell('event');
  const [one] = await hook.got(1);
  expect((one?.atMs ?? 0) - before).toBeGreaterThanOrEqual(190);
});

test('some are lost for ever, but can be sent again', async () => {
  change({ dropNext: 1 });
  const [lost] = tell('lost');
  tell('kept');
  await settled(sandbox);
  expect(types()).toEqual(['kept']);
  expect(lost).toMatchObject({ state: 'dropped', attempts: 0 });
  sandbox.control.redeliver({ id: lost?.id ?? '' });
  await hook.got(2);
  expect(types()).toEqual(['kept', 'lost']);
  change({ dropRate: 0.5 });
  for (const type of many(100)) tell(type);
  await settled(sandbox);
  expect(hook.received.length).toBeGreaterThan(20);
  expect(hook.received.length).toBeLessThan(82);
});

test('a bad signature is refused, and right the next time', async () => {
  change({ badSignatureNext: 2, retryMs: 1 });
  hook.answers.push(400, 400);
  tell('event');
  const [first, second, third] = await hook.got(3);
  for (const one of [first, second]) expect(() => one && verify(one, secret())).toThrow('No matching signature');
  expect(third && verify(third, secret())).toBeDefined();
  expect(sandbox.control.state().webhooks.switches.flex.badSignatureNext).toBe(0);
});

test('a foreign secret, as long as it is on', async () => {
  change({ foreignSecret: true });
  tell('event');
  await settled(sandbox);
  change({ foreignSecret: false });
  tell('event');
  const [foreign, own] = await hook.got(2);
  expect(() => foreign && verify(foreign, secret())).toThrow('No matching signature');
  expect(own && verify(own, secret())).toBeDefined();
});

test('switches are of one provider, or of all', () => {
  expect(change({ duplicates: 2 })).toMatchObject({ flex: { duplicates: 2 }, meteroid: { duplicates: 1 } });
  const all = sandbox.control.webhookSwitches({ dropRate: 0.1 });
  expect(all).toMatchObject({ flexprice: { dropRate: 0.1 }, flex: { duplicates: 2, dropRate: 0.1 } });
});

test('reset: endpoints stay, all else is gone, and ids never come again', async () => {
  change({ holdMs: 600_000, order: 'reversed' });
  tell('held');
  hook.answers.push(500);
  sandbox.control.webhookSwitches({ order: 'made', retryMs: 300 });
  await hook.got(1);
  sandbox.control.reset();
  expect(sandbox.control.webhooks()).toEqual([]);
  expect(sandbox.control.state().webhooks.switches.flex).toMatchObject({ retryMs: 200, order: 'made' });
  tell('after');
  await settled(sandbox);
  await new Promise((resolve) => setTimeout(resolve, 350));
  expect(types()).toEqual(['held', 'after']);
  expect(new Set(hook.received.map(idOf)).size).toBe(2);
});

test('an endpoint that is taken away gets nothing more', async () => {
  change({ delayMs: 50 });
  tell('event');
  expect(sandbox.control.clearWebhooks({ provider: 'flex' })).toEqual({ cleared: 1 });
  await settled(sandbox);
  expect(sandbox.control.webhooks()).toMatchObject([{ state: 'dropped', attempts: 0 }]);
  expect(tell('nobody')).toEqual([]);
});

test('no receiver keeps an answer waiting, and stopping ends everything', async () => {
  const closed: Promise<void>[] = [];
  for (let i = 0; i < 12; i += 1) {
    hook.answers.push((response) => {
      closed.push(new Promise((resolve) => response.once('close', () => resolve())));
    });
  }
  for (const type of many(12)) tell(type);
  await hook.got(10);
  const began = performance.now();
  expect((await ask(sandbox, 'flex', `/${sandbox.examples.flex}/cancel`, { method: 'POST' })).status).toBe(200);
  expect(performance.now() - began).toBeLessThan(2000);
  // Ten at a time: the others wait for those.
  expect(hook.received).toHaveLength(10);
  await sandbox.stop();
  await Promise.all(closed);
  expect(tell('late')).toEqual([]);
  expect(hook.received).toHaveLength(10);
});

test('of a session that is no JSON any more nothing is told, and it changes all the same', () => {
  const { flex: id } = sandbox.examples;
  sandbox.control.patch({ provider: 'flex', id, set: { big: 1n } });
  expect(sandbox.control.expire({ provider: 'flex', id })).toMatchObject({ status: 'expired' });
  expect(sandbox.control.webhooks()).toEqual([]);
});
