import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { misbehavingServer, refusedOrigin, type Way } from './misbehaving-server.ts';
import { GET, KEY, POST, rig } from './rig.ts';
import { answer, cutShort, drip, garbage, hang, html, resetBeforeHeaders, resetMidBody } from './ways.ts';

const IN_QUERY = 'canary@query.test';
const IN_REQUEST = 'canary-in-request';
const IN_ANSWER = 'canary-in-answer';
const IN_HEADER = 'canary-in-header';

/** All that anybody could get to see of an error. */
const everythingOf = (error: unknown): string =>
  [
    JSON.stringify(error),
    inspect(error, { showHidden: true, depth: 10, getters: true }),
    String(error),
    (error as Error).stack,
    JSON.stringify(Object.getOwnPropertyDescriptors(error)),
  ].join('\n');

const ways: [string, Way][] = [
  ['reset', resetBeforeHeaders],
  ['reset in the body', resetMidBody],
  ['truncated', cutShort(`{"${IN_ANSWER}":`)],
  ['hang', hang],
  ['drip', drip],
  ['not HTTP', garbage],
  ['HTML', html(200)],
  ['not JSON', answer(200, IN_ANSWER, { 'x-trace': IN_HEADER })],
  ['broken gzip', answer(200, IN_ANSWER, { 'content-encoding': 'gzip' })],
  ['redirect', answer(302, IN_ANSWER, { location: `http://elsewhere.test/${IN_HEADER}` })],
  ...[401, 403, 408, 429, 500, 503].map((status): [string, Way] => [
    String(status),
    answer(status, `{"e":"${IN_ANSWER}"}`, { 'retry-after': IN_HEADER }),
  ]),
];

describe('neither errors nor the log hold a secret', () => {
  async function look(origin: string): Promise<void> {
    const { fail, lines } = rig(origin, { readDeadlineMs: 100, changeDeadlineMs: 100 });
    const query = [['email', IN_QUERY]] as const;
    const headers = { 'idempotency-key': IN_REQUEST };
    const errors = [await fail({ ...GET, query }), await fail({ ...POST, query, headers, json: { a: IN_REQUEST } })];
    const { host, hostname, port } = new URL(origin);
    expect(lines.length).toBeGreaterThan(0);
    const shown = [...errors.map(everythingOf), ...lines.map((line) => JSON.stringify(line))].join('\n');
    const secrets = [
      KEY,
      'Bearer',
      host,
      hostname,
      `:${port}`,
      IN_QUERY,
      'query.test',
      IN_REQUEST,
      IN_ANSWER,
      IN_HEADER,
    ];
    for (const secret of secrets) expect(shown).not.toContain(secret);
    for (const error of errors) expect(error).not.toHaveProperty('cause');
  }

  test.each(ways)('%s', async (_, way) => {
    const server = await misbehavingServer(way);
    await look(server.origin);
  });

  test('refused', async () => look(await refusedOrigin()));
  test('unknown host', async () => look('http://canary-host.invalid:4711'));
  test('TLS', async () => {
    const { port } = await misbehavingServer(hang);
    await look(`https://localhost:${port}`);
  });

  test('a base URL that is none', () => {
    const address = `ftp://user:${KEY}@canary.test`;
    let thrown: unknown;
    try {
      rig(address);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(TypeError);
    expect(everythingOf(thrown)).not.toMatch(/canary|sk_live/);
  });

  test('a header that HTTP cannot carry', async () => {
    const server = await misbehavingServer(hang);
    const error = await rig(server.origin)
      .send({ ...GET, headers: { 'x-name': `${KEY}\n` } })
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TypeError);
    expect(everythingOf(error)).not.toContain(KEY);
  });
});
