import { describe, expect, test } from 'vitest';
import { misbehavingServer } from './misbehaving-server.ts';
import { eventually, GET, POST, rig } from './rig.ts';
import { hang, json, later } from './ways.ts';

describe('a read', () => {
  test('that is not answered by the deadline of the policy', async () => {
    const server = await misbehavingServer(hang);
    const { fail, lines, observations } = rig(server.origin, { readDeadlineMs: 60 });
    expect(await fail()).toMatchObject({
      code: 'UPSTREAM_TIMEOUT',
      message: 'Flex did not answer in time.',
      retryable: true,
    });
    expect(server.received).toHaveLength(1);
    expect(lines).toMatchObject([{ level: 40, code: 'UPSTREAM_TIMEOUT', attempts: 1 }]);
    await eventually(() => observations.length === 1);
    expect(observations).toMatchObject([{ outcome: 'UPSTREAM_TIMEOUT', attempt: 1 }]);
  });

  test('is ended on the wire', async () => {
    let gone = false;
    const server = await misbehavingServer((response) => void response.once('close', () => (gone = true)));
    await rig(server.origin, { readDeadlineMs: 60 }).fail();
    await eventually(() => gone);
    expect(server.received).toHaveLength(1);
  });

  test("keeps the caller's deadline when that is earlier", async () => {
    const server = await misbehavingServer(hang);
    const begin = performance.now();
    expect(await rig(server.origin, { readDeadlineMs: 10_000 }).fail(GET, 60)).toMatchObject({
      code: 'UPSTREAM_TIMEOUT',
    });
    // Not the policy's ten seconds.
    expect(performance.now() - begin).toBeLessThan(10_000);
  });

  test('of a caller whose time is over is not sent', async () => {
    const server = await misbehavingServer(json({}));
    const { fail, observations } = rig(server.origin);
    expect(await fail(GET, 0)).toMatchObject({ code: 'UPSTREAM_TIMEOUT' });
    expect(await fail(POST, -5)).toMatchObject({ code: 'UPSTREAM_TIMEOUT' });
    expect(server.received).toEqual([]);
    expect(observations).toHaveLength(2);
  });
});

describe('a change', () => {
  test('has its own deadline, and one attempt', async () => {
    const server = await misbehavingServer(hang);
    const { fail } = rig(server.origin, { readDeadlineMs: 10, changeDeadlineMs: 100 });
    const begin = performance.now();
    expect(await fail(POST)).toMatchObject({ code: 'UPSTREAM_TIMEOUT', retryable: true });
    expect(performance.now() - begin).toBeGreaterThan(90);
    expect(server.received).toHaveLength(1);
  });

  test('that was sent is left to finish when its caller is gone', async () => {
    let finished = false;
    const done = later(400, (response, request) => {
      finished = true;
      json({ id: 'cs_1' })(response, request);
    });
    const server = await misbehavingServer(done);
    const { fail, observations } = rig(server.origin);
    expect(await fail(POST, 50)).toMatchObject({ code: 'UPSTREAM_TIMEOUT' });
    expect(finished).toBe(false);
    await eventually(() => observations.length === 1);
    expect(finished).toBe(true);
    expect(observations).toMatchObject([{ outcome: 'ok', method: 'POST' }]);
    expect(server.connections()).toBe(1);
  });
});
