import { describe, expect, test } from 'vitest';
import { misbehavingServer, type Way } from './misbehaving-server.ts';
import { eventually, GET, POST, rig } from './rig.ts';
import { hang, json, later } from './ways.ts';

describe('places', () => {
  test('are 64; the others wait and are all answered', async () => {
    const held: (() => void)[] = [];
    let open = false;
    const server = await misbehavingServer((response, request) => {
      const reply = () => json({})(response, request);
      if (open) reply();
      else held.push(reply);
    });
    const { send } = rig(server.origin, { readDeadlineMs: 10_000 });
    const sent = Promise.all(Array.from({ length: 200 }, () => send()));
    await eventually(() => held.length === 64);
    // Long enough for one more to come, if one did.
    await new Promise((resolve) => setTimeout(resolve, 50));
    open = true;
    for (const reply of held) reply();
    await sent;
    expect(server.received).toHaveLength(200);
    expect(server.mostAtOnce()).toBe(64);
    expect(server.connections()).toBeLessThanOrEqual(64);
  });

  test('are waited for up to the deadline; what waited in vain is never sent', async () => {
    const server = await misbehavingServer(hang);
    const one = rig(server.origin, { maxInFlight: 2, readDeadlineMs: 150 });
    const errors = await Promise.all(Array.from({ length: 10 }, () => one.fail()));
    expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(['UPSTREAM_TIMEOUT']));
    await eventually(() => one.observations.length === 10);
    expect(server.received).toHaveLength(2);
    expect(server.mostAtOnce()).toBe(2);
  });

  test('are free again after timeouts', async () => {
    // One that waited may get the place of one that timed out, just before its own time is over.
    let way: Way = hang;
    const server = await misbehavingServer((...exchange) => way(...exchange));
    const { send, fail } = rig(server.origin, { maxInFlight: 2, readDeadlineMs: 100 });
    await Promise.all(Array.from({ length: 6 }, () => fail()));
    expect(server.received.length).toBeLessThanOrEqual(4);
    way = json({ id: 'cs_1' });
    expect((await send()).body).toEqual({ id: 'cs_1' });
  });

  test('a change that waited in vain is never sent either', async () => {
    const server = await misbehavingServer(later(200, json({})));
    const { send, fail, observations } = rig(server.origin, { maxInFlight: 1 });
    const first = send(POST);
    expect(await fail(POST, 60)).toMatchObject({ code: 'UPSTREAM_TIMEOUT' });
    await first;
    await send(GET);
    expect(server.received.map(({ method }) => method)).toEqual(['POST', 'GET']);
    expect(observations).toHaveLength(3);
  });

  test('time in the queue does not speak against the provider', async () => {
    const server = await misbehavingServer(later(150, json({})));
    const { upstream, send, observations } = rig(server.origin, {
      maxInFlight: 1,
      readDeadlineMs: 400,
      breakerMinimumCalls: 2,
    });
    const sent = await Promise.allSettled(Array.from({ length: 12 }, () => send()));
    expect(sent.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0);
    await eventually(() => observations.length === 12);
    expect(upstream.health()).toBe('UP');
  });
});
