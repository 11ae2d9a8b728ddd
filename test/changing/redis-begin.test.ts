import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { startTestGateway } from '../helpers/gateway.ts';
import { openOwnRedis } from './redis-ledger.ts';
import { openStory, policyOf, sendAll, strike } from './story.ts';

/** Past the leases of those that are gone. */
const PAST_LEASES_MS = 6000;
/** In which whoever looks for what was left has come by, and has done something about it. */
const RECOVERED_MS = 6000;

it('what a client was told is not made is not made later, when Redis wrote down its beginning unnoticed', async ({
  onTestFinished,
}) => {
  const story = await openStory(['RETRY'], openOwnRedis('hangs'));
  onTestFinished(story.close);
  let aheadMs = 0;
  const now = () => Date.now() + aheadMs;
  const settings = { providers: story.addresses, ...story.ledger.settings, upstreamPolicy: policyOf(5000), now };
  const gateway = await startTestGateway(settings);
  onTestFinished(gateway.stop);
  const release = await story.ledger.holdWrites();
  await sendAll(story, gateway.ask);
  await release();
  aheadMs = PAST_LEASES_MS;
  await sleep(RECOVERED_MS);
  const made = story.cases.filter(({ operation, key }) => operation.effects(story.sandbox, key) > 0);
  expect(made.filter(({ first }) => first === 'FAILURE').map(({ operation }) => operation.name)).toEqual([]);
});

it('who waits for an equal request is not told that a new key is safe, when Redis goes away', async ({
  onTestFinished,
}) => {
  const story = await openStory(['RETRY'], openOwnRedis('isKilled'));
  onTestFinished(story.close);
  const settings = { providers: story.addresses, ...story.ledger.settings, upstreamPolicy: policyOf(5000) };
  const gateway = await startTestGateway(settings);
  onTestFinished(gateway.stop);
  strike(story.sandbox, { kind: 'delay', delayMs: 1500, when: 'after' }, 1);
  const firsts = sendAll(story, gateway.ask);
  await sleep(500);
  const equals = story.cases.map(({ operation, input, key }) =>
    gateway.ask(operation.document, { input: { ...input, idempotencyKey: key } }),
  );
  await sleep(300);
  const release = await story.ledger.loseWrites();
  await firsts;
  const errors = (await Promise.all(equals)).flatMap((answer) => answer.errors ?? []);
  await release();
  expect(story.cases.map(({ first }) => first)).toEqual(story.cases.map(() => 'SUCCESS'));
  expect(errors.map(({ extensions }) => extensions.safeWithNewKey)).toEqual(errors.map(() => false));
});
