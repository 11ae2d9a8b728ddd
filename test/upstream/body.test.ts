import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { misbehavingServer, type Way } from './misbehaving-server.ts';
import { POST, rig } from './rig.ts';
import { answer, chunkedCutShort, cutShort, drip, html, json, later, resetMidBody } from './ways.ts';

const CAP = 8 * 1024 * 1024;
const SESSION = { id: 'cs_1', note: 'Zoë 🦊' };
const TEXT = JSON.stringify(SESSION);
const packed = (encoding: string, body: Buffer): Way => answer(200, body, { 'content-encoding': encoding });
/** JSON of so many bytes. */
const jsonOf = (bytes: number): string => `"${'x'.repeat(bytes - 2)}"`;

describe('bodies are unpacked', () => {
  test.each<[string, Buffer]>([
    ['gzip', gzipSync(TEXT)],
    ['GZIP', gzipSync(TEXT)],
    ['deflate', deflateSync(TEXT)],
    ['br', brotliCompressSync(TEXT)],
    ['identity', Buffer.from(TEXT)],
  ])('%s', async (encoding, body) => {
    const server = await misbehavingServer(packed(encoding, body));
    expect(await rig(server.origin).send()).toEqual({ status: 200, body: SESSION, text: TEXT });
    expect(server.received[0]?.headers['accept-encoding']).toBe('gzip, deflate, br');
  });

  test.each(['gzip', 'br'])('an empty body that says %s', async (encoding) => {
    const server = await misbehavingServer(packed(encoding, Buffer.alloc(0)));
    expect(await rig(server.origin).send()).toEqual({ status: 200, body: undefined, text: '' });
  });

  test('an error that is packed', async () => {
    const body = gzipSync('{"error":"no"}');
    const server = await misbehavingServer(answer(422, body, { 'content-encoding': 'gzip' }));
    expect(await rig(server.origin).send()).toMatchObject({ status: 422, body: { error: 'no' } });
  });
});

describe('a body that stops early', () => {
  const gzipped = gzipSync(TEXT.repeat(500));
  const early: [string, Way][] = [
    ['reset', resetMidBody],
    ['shorter than its content-length', cutShort('{"id":')],
    ['chunked without an end', chunkedCutShort],
    ['gzip, connection closed', cutShort(gzipped.subarray(0, 40), { 'content-encoding': 'gzip' })],
    ['gzip, message complete', packed('gzip', gzipped.subarray(0, -9))],
    ['brotli, message complete', packed('br', brotliCompressSync(TEXT.repeat(9)).subarray(0, -4))],
  ];

  test.each(early)('%s: a read is sent again', async (_, way) => {
    const server = await misbehavingServer(way, json(SESSION));
    expect((await rig(server.origin).send()).body).toEqual(SESSION);
    expect(server.received).toHaveLength(2);
  });

  test.each(early)('%s, twice: a bad response that may be better later', async (_, way) => {
    const server = await misbehavingServer(way);
    expect(await rig(server.origin).fail()).toMatchObject({ code: 'UPSTREAM_BAD_RESPONSE', retryable: true });
    expect(server.received).toHaveLength(2);
  });

  test.each(early)('%s: a change is sent once', async (_, way) => {
    const server = await misbehavingServer(way);
    expect(await rig(server.origin).fail(POST)).toMatchObject({ code: 'UPSTREAM_BAD_RESPONSE', retryable: true });
    expect(server.received).toHaveLength(1);
  });
});

describe('a body that cannot be read', () => {
  const corrupt = gzipSync(TEXT.repeat(50));
  corrupt.fill(0xff, 20, 30);
  test.each<[string, Way]>([
    ['corrupt gzip', packed('gzip', corrupt)],
    ['gzip that is none', packed('gzip', Buffer.from(TEXT))],
    ['corrupt brotli', packed('br', Buffer.from(TEXT))],
    ['an encoding that nobody asked for', packed('compress', Buffer.from(TEXT))],
    ['packed twice', packed('gzip, gzip', gzipSync(gzipSync(TEXT)))],
    ['broken UTF-8', answer(200, Buffer.from([0x22, 0xc3, 0x28, 0x22]))],
    ['half a surrogate pair in UTF-8', answer(200, Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]))],
    ['HTML', html(200)],
    ['not JSON', answer(200, "{'id': 1}", { 'content-type': 'application/json' })],
    ['half of JSON', answer(200, '{"id": ', { 'content-type': 'application/json' })],
    ['two JSON values', answer(200, '{}{}')],
  ])('%s', async (_, way) => {
    const server = await misbehavingServer(way);
    expect(await rig(server.origin).fail()).toMatchObject({
      code: 'UPSTREAM_BAD_RESPONSE',
      message: 'Flex gave an answer that cannot be read.',
      retryable: false,
    });
    expect(server.received).toHaveLength(1);
  });

  test('a byte order mark is no harm', async () => {
    const server = await misbehavingServer(answer(200, `\uFEFF${TEXT}`));
    expect((await rig(server.origin).send()).body).toEqual(SESSION);
  });
});

describe('the cap', () => {
  test.each<[string, (text: string) => Way]>([
    ['plain', (text) => answer(200, text)],
    ['gzip', (text) => packed('gzip', gzipSync(text))],
  ])('%s: 8 MiB pass, a byte more does not', async (_, way) => {
    const server = await misbehavingServer(way(jsonOf(CAP)), way(jsonOf(CAP + 1)));
    const { send, fail } = rig(server.origin);
    expect((await send()).text).toHaveLength(CAP);
    expect(await fail()).toMatchObject({ code: 'UPSTREAM_BAD_RESPONSE', retryable: false });
    expect(server.received).toHaveLength(2);
  });

  test('a bomb is stopped while it comes', async () => {
    // A gigabyte as it would be unpacked.
    const member = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    const bomb = Buffer.concat(Array.from({ length: 16 }, () => member));
    const server = await misbehavingServer(packed('gzip', bomb));
    const { fail } = rig(server.origin);
    const before = process.memoryUsage();
    let peak = 0;
    const timer = setInterval(() => {
      const { arrayBuffers, heapUsed } = process.memoryUsage();
      peak = Math.max(peak, arrayBuffers + heapUsed - before.arrayBuffers - before.heapUsed);
    }, 2);
    expect(await fail()).toMatchObject({ code: 'UPSTREAM_BAD_RESPONSE', retryable: false });
    clearInterval(timer);
    expect(peak).toBeLessThan(6 * CAP);
  });

  test('an answer without end is stopped by the deadline', async () => {
    const server = await misbehavingServer(drip);
    expect(await rig(server.origin, { readDeadlineMs: 150 }).fail()).toMatchObject({ code: 'UPSTREAM_TIMEOUT' });
  });

  test('a slow answer that comes in time is an answer', async () => {
    const server = await misbehavingServer(later(100, json(SESSION)));
    expect((await rig(server.origin).send()).body).toEqual(SESSION);
  });
});
