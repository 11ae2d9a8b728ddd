import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { startTestGateway } from '../helpers/gateway.ts';
import { change, operationNamed, operationOf } from './rig.ts';
import { openStory, policyOf } from './story.ts';

// What is not written down is taken up by whoever looks for what was left, and sent again: then it may not be called failed.
it('a refusal that cannot be written down is not known, until it can', async ({ onTestFinished }) => {
  const story = await openStory([]);
  onTestFinished(story.close);
  let calls = 0;
  const flex = createServer(async (_, response) => {
    calls++;
    await sleep(700);
    response.writeHead(429).end('{}');
  });
  await new Promise<void>((resolve) => flex.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void flex.close());
  const baseUrl = `http://127.0.0.1:${(flex.address() as AddressInfo).port}`;
  const gateway = await startTestGateway({
    providers: { FLEX: { baseUrl, apiKey: 'fsk_test_1' } },
    ...story.ledger.settings,
    upstreamPolicy: policyOf(5000),
  });
  onTestFinished(gateway.stop);
  const operation = operationNamed('flex refund');
  const asked = change(gateway, operation, operation.input(story.sandbox, 'unwritten'), 'k');
  while (calls === 0) await sleep(10);
  const database = new DatabaseSync(join(story.ledger.settings.dataDir ?? '', 'ledger.sqlite'), { timeout: 2000 });
  database.exec('BEGIN IMMEDIATE');
  const [error] = (await asked).errors ?? [];
  expect(error?.extensions).toMatchObject({ code: 'OUTCOME_UNKNOWN', safeWithNewKey: false });
  database.exec('ROLLBACK');
  database.close();
  await expect.poll(async () => (await operationOf(gateway, 'k'))?.state, { timeout: 4000 }).toBe('FAILED');
  expect(calls).toBe(1);
});
