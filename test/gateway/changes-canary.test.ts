import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATIONS } from '../changing/operations.ts';
import { change } from '../changing/rig.ts';
import { startTestGateway, type TestGateway } from '../helpers/gateway.ts';
import { startTestSandbox } from '../helpers/sandbox.ts';

// Apart from other tests: what is not known here is found out later, in the background.

let sandbox: Awaited<ReturnType<typeof startTestSandbox>>;
let gateway: TestGateway;
let keys = 0;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  gateway = await startTestGateway({
    providers: sandbox.addresses,
    upstreamPolicy: { changeDeadlineMs: 1000, breakerMinimumCalls: 1e6 },
  });
});
afterAll(async () => {
  await gateway.stop();
  await sandbox.stop();
});

describe('what a provider says', () => {
  const CANARY = 'canary-4711 jane@example.com';
  const BODIES = {
    flexprice: { code: 'validation_error', http_status_code: 400, message: CANARY, details: { [CANARY]: CANARY } },
    meteroid: { code: 'BAD_REQUEST', message: CANARY },
    flex: { error: { type: 'invalid_request_error', code: 'x', message: CANARY, param: CANARY } },
  };

  it.each(OPERATIONS)('$name: stands in no answer and in no log, nor do keys and addresses', async (operation) => {
    const { provider } = operation;
    const input = operation.input(sandbox, `c${OPERATIONS.indexOf(operation)}`);
    const texts: unknown[] = [];
    for (const status of [400, 403, 404, 409, 422, 429, 500]) {
      for (const method of ['POST', 'DELETE']) {
        const spec = { provider, kind: 'status', status, body: BODIES[provider], match: { method } } as const;
        sandbox.control.fault(spec);
      }
      const answer = await change(gateway, operation, input, `k${keys++}`);
      texts.push(answer);
      // Either it says what to mend, or that it failed, or that it is not known.
      const userErrors = (answer.data?.change as { userErrors: unknown[] } | undefined)?.userErrors ?? [];
      if (status < 500) expect([status, userErrors.length + (answer.errors?.length ?? 0) > 0]).toEqual([status, true]);
      sandbox.control.clearFaults();
    }
    const said = JSON.stringify(texts) + gateway.log.join('\n');
    const { baseUrl, apiKey } = sandbox.providers[provider];
    for (const secret of ['canary', 'jane@', apiKey, new URL(baseUrl).host]) expect(said).not.toContain(secret);
  });
});
