import { describe, expect, test } from 'vitest';
import { misbehavingServer, type Way } from './misbehaving-server.ts';
import { GET, rig } from './rig.ts';
import { answer, cutShort, html, json } from './ways.ts';

describe('answers', () => {
  test.each<[string, Way, unknown]>([
    ['200', json({ id: 'cs_1' }), { status: 200, body: { id: 'cs_1' } }],
    ['201', json([1], 201), { status: 201, body: [1] }],
    ['JSON by another name', answer(200, '{"a":1}', { 'content-type': 'text/plain' }), { status: 200, body: { a: 1 } }],
    ['null', json(null), { status: 200, body: null }],
    ['204', answer(204), { status: 204, body: undefined, text: '' }],
    ['200 without a body', answer(200), { status: 200, body: undefined, text: '' }],
    ['200 with blanks', answer(200, ' \r\n'), { status: 200, body: undefined }],
    ['400', json({ error: 'a' }, 400), { status: 400, body: { error: 'a' } }],
    ['404 with JSON', json({ error: 'b' }, 404), { status: 404, body: { error: 'b' } }],
    ['404 without a body', answer(404), { status: 404, body: undefined, text: '' }],
    ['404 in words', answer(404, 'no such route'), { status: 404, body: undefined, text: 'no such route' }],
    ['404 with HTML in name only', answer(404, '', { 'content-type': 'text/html' }), { status: 404, body: undefined }],
    ['409', json({ error: 'c' }, 409), { status: 409, body: { error: 'c' } }],
    ['410', answer(410), { status: 410, body: undefined }],
    ['422 with HTML', html(422), { status: 422, body: undefined }],
  ])('%s', async (_, way, expected) => {
    const server = await misbehavingServer(way);
    const { send, lines, observations } = rig(server.origin);
    const got = await send();
    expect(got).toMatchObject(expected as object);
    // A 404 is an answer like any other; a refusal is worth a line.
    const { status } = expected as { status: number };
    expect(lines).toMatchObject(status >= 400 && status !== 404 ? [{ level: 40, status, provider: 'FLEX' }] : []);
    expect(observations).toEqual([
      {
        provider: 'FLEX',
        method: 'GET',
        route: GET.route,
        outcome: got.status < 400 ? 'ok' : 'rejected',
        attempt: 1,
        seconds: expect.any(Number),
      },
    ]);
  });
});

describe('errors', () => {
  const AUTH = { code: 'UPSTREAM_AUTH_FAILED', retryable: false };
  const BAD = { code: 'UPSTREAM_BAD_RESPONSE', retryable: false };
  const ERROR = { code: 'UPSTREAM_ERROR', retryable: true };
  test.each<[string, Way, object, number]>([
    ['401', json({ error: 'key' }, 401), AUTH, 1],
    ['403', html(403), AUTH, 1],
    ['408', answer(408), ERROR, 1],
    ['404 with HTML', html(404), BAD, 1],
    ['404 with HTML by no name', answer(404, '\n<html lang="en">'), BAD, 1],
    ['301', answer(301, '', { location: '/other' }), BAD, 1],
    ['304', answer(304), BAD, 1],
    ['429', answer(429), { code: 'UPSTREAM_RATE_LIMITED', retryable: true, retryAfterMs: undefined }, 2],
    ['500', json({ error: 'x' }, 500), ERROR, 2],
    ['502 with HTML', html(502), ERROR, 2],
    ['504', answer(504), ERROR, 2],
    ['599', answer(599), ERROR, 2],
    ['503', html(503), { code: 'UPSTREAM_UNAVAILABLE', retryable: true }, 2],
    ['500 that is too large', answer(500, 'x'.repeat(5000)), ERROR, 2],
    ['401 that says gzip and is none', answer(401, 'x', { 'content-encoding': 'gzip' }), AUTH, 1],
  ])('%s', async (_, way, expected, requests) => {
    const server = await misbehavingServer(way);
    const { fail, lines } = rig(server.origin, { maxAnswerBytes: 4096 });
    expect(await fail()).toMatchObject({ provider: 'FLEX', ...expected });
    expect(server.received).toHaveLength(requests);
    expect(lines).toMatchObject([{ level: 40, attempts: requests, status: expect.any(Number) }]);
  });

  test('the error of a read that succeeds later is not seen', async () => {
    const server = await misbehavingServer(answer(502), json({ id: 'cs_1' }));
    const { send, observations, lines } = rig(server.origin);
    expect((await send()).body).toEqual({ id: 'cs_1' });
    expect(observations.map(({ attempt, outcome }) => [attempt, outcome])).toEqual([
      [1, 'UPSTREAM_ERROR'],
      [2, 'ok'],
    ]);
    expect(lines).toEqual([]);
  });

  test('each provider has its name', async () => {
    const server = await misbehavingServer(cutShort('{'));
    const messages = [];
    for (const provider of ['FLEXPRICE', 'METEROID', 'FLEX'] as const)
      messages.push((await rig(server.origin, {}, { provider }).fail()).message);
    expect(messages).toEqual([
      'Flexprice gave an answer that cannot be read.',
      'Meteroid gave an answer that cannot be read.',
      'Flex gave an answer that cannot be read.',
    ]);
  });
});
