import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../helpers/gateway.ts';
import { type RedisServer, startRedis } from '../helpers/redis.ts';
import { change, changeCalls, operationNamed, operationOf } from './rig.ts';
import { openStory, policyOf, type Story } from './story.ts';

let story: Story;
let redis: RedisServer;
let gateways: TestGateway[];

beforeAll(async () => {
  [story, redis] = await Promise.all([openStory([]), startRedis()]);
  const settings = {
    providers: story.addresses,
    redisUrl: redis.url,
    cacheEncryptionKey: randomBytes(32).toString('base64'),
    upstreamPolicy: policyOf(3000),
  };
  gateways = await Promise.all([startTestGateway(settings), startTestGateway(settings)]);
});
afterAll(async () => {
  await Promise.all(gateways.map((gateway) => gateway.stop()));
  await Promise.all([story.close(), redis.stop()]);
});

describe('gateways that share nothing but Redis', () => {
  it.each(['flex create', 'meteroid create', 'flexprice create', 'flex capture'])(
    'make one change of 12 equal requests: %s',
    async (name) => {
      const operation = operationNamed(name);
      const key = name.replace(' ', '');
      const before = changeCalls(story.sandbox).length;
      const input = operation.input(story.sandbox, key);
      const asked = Array.from({ length: 6 }, () => gateways.map((gateway) => change(gateway, operation, input, key)));
      const answers = await Promise.all(asked.flat());
      expect(answers.map(({ errors }) => errors)).toEqual(answers.map(() => undefined));
      const ids = answers.map(({ data }) => (data.change as { checkoutSession: { id: string } }).checkoutSession.id);
      expect(new Set(ids).size).toBe(1);
      expect(answers.filter(({ extensions }) => extensions?.idempotency)).toHaveLength(11);
      expect(operation.effects(story.sandbox, key)).toBe(1);
      expect(changeCalls(story.sandbox)).toHaveLength(before + 1);
      for (const gateway of gateways) expect(await operationOf(gateway, key)).toMatchObject({ state: 'SUCCEEDED' });
    },
  );
});
