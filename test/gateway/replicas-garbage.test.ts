import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RedisServer } from '../helpers/redis.ts';
import { type Replicas, read, remove, startReplicas } from './replicas.ts';
import { type Content, contentOf, isValue, lasting, readEverything } from './replicas-content.ts';

type Client = RedisServer['client'];

let replicas: Replicas;

beforeEach(async () => {
  // Without memory, so that all comes from Redis.
  replicas = await startReplicas({ cacheMemoryMiB: 0 });
});
afterEach(() => replicas.stop());

/** Writes into every field, or every value, what comes of it. */
const each =
  (spoil: (value: Buffer) => Buffer | string, isSpoilt = (_field: string) => true) =>
  async (client: Client, content: Content): Promise<void> => {
    for (const { key, fields } of content) {
      for (const [field, value] of Object.entries(fields)) {
        if (isSpoilt(field)) await client.hset(key, field, spoil(value));
      }
    }
  };

const flipped = (value: Buffer): Buffer => {
  const bytes = Buffer.from(value);
  const place = Math.floor(Math.random() * bytes.length);
  bytes[place] = (bytes[place] ?? 0) ^ 1;
  return bytes;
};

/** Every key as another one of its kind was. */
async function moveKeys(client: Client, content: Content): Promise<void> {
  for (const [index, { key, fields }] of content.entries()) {
    const names = Object.keys(fields).join();
    const rest = [...content.slice(index + 1), ...content.slice(0, index)];
    const other = rest.find((one) => Object.keys(one.fields).join() === names);
    if (other) await client.restore(key, 0, other.dump, 'REPLACE');
  }
}

const WAYS: readonly [way: string, spoil: (client: Client, content: Content) => Promise<void>][] = [
  ['random bytes in every field', each(() => randomBytes(60))],
  ['random bytes in every value', each(() => randomBytes(60), isValue)],
  ['JSON of another shape', each(() => '{"providerId":"evil","status":"COMPLETED"}', isValue)],
  ['JSON that is a list', each(() => '["evil",1,2,3,4,{"status":"COMPLETED"}]', isValue)],
  ['one bit that is not what it was', each(flipped, isValue)],
  ['only the first half', each((value) => value.subarray(0, value.length / 2), isValue)],
  ['nothing', each(() => '', isValue)],
  ['nothing in every field', each(() => '')],
  ["another key's content", moveKeys],
  [
    'a string in place of a hash',
    async (client, content) => void (await Promise.all(content.map(({ key }) => client.set(key, 'evil')))),
  ],
  [
    'a list in place of a hash',
    async (client, content) => {
      for (const { key } of content) await client.multi().del(key).rpush(key, 'evil', 'evil').exec();
    },
  ],
];

describe('what somebody else has written into Redis is never shown, and is no error', () => {
  it.each(WAYS)('%s', async (_, spoil) => {
    const { a, b, redis, sandbox } = replicas;
    const expected = lasting(await readEverything(a, sandbox.examples));
    // So that there is a version that was shown, too.
    const providerId = String(sandbox.control.create({ provider: 'flexprice' }).id);
    await remove(a, (await read(a, 'FLEXPRICE', providerId))?.id ?? '');
    for (const gateway of [b, a, b]) {
      const content = await contentOf(redis);
      expect(content.filter(({ fields }) => Object.keys(fields).some(isValue)).length).toBeGreaterThan(5);
      await spoil(redis.client, content);
      expect(lasting(await readEverything(gateway, sandbox.examples))).toEqual(expected);
      expect(await read(gateway, 'FLEXPRICE', providerId)).toMatchObject({ isArchived: true });
    }
    expect([...a.log, ...b.log].filter((line) => JSON.parse(line).level >= 50)).toEqual([]);
  });
});
