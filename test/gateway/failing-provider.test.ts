import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../helpers/gateway.ts';
import { type JsonServer, startJsonServer } from '../helpers/json-server.ts';
import { startTestSandbox } from '../helpers/sandbox.ts';

const ONE_OF_EACH = `query ($flexprice: String!, $meteroid: String!, $flex: String!) {
  flexprice: checkoutSessionByProviderId(provider: FLEXPRICE, providerId: $flexprice) { status }
  meteroid: checkoutSessionByProviderId(provider: METEROID, providerId: $meteroid) { status }
  flex: checkoutSessionByProviderId(provider: FLEX, providerId: $flex) { status }
}`;

let sandbox: Awaited<ReturnType<typeof startTestSandbox>>;
let gateway: TestGateway | undefined;
let stub: JsonServer | undefined;

beforeEach(async () => {
  sandbox = await startTestSandbox();
});
afterEach(async () => {
  await gateway?.stop();
  await stub?.stop();
  await sandbox.stop();
});

/** A port that nothing listens on. */
async function refusing(): Promise<string> {
  const server = await startJsonServer(() => ({}));
  await server.stop();
  return server.url;
}

describe('a provider that fails', () => {
  it('by refusing connections costs only its own fields', async () => {
    const apiKey = 'canary-key-1';
    const baseUrl = await refusing();
    gateway = await startTestGateway({ providers: { ...sandbox.addresses, METEROID: { baseUrl, apiKey } } });
    const answer = await gateway.ask(ONE_OF_EACH, sandbox.examples);
    expect(answer).toEqual({
      data: { flexprice: { status: 'OPEN' }, meteroid: null, flex: { status: 'OPEN' } },
      errors: [
        {
          message: expect.stringContaining('Meteroid'),
          locations: expect.any(Array),
          path: ['meteroid'],
          extensions: {
            code: 'UPSTREAM_UNAVAILABLE',
            provider: 'METEROID',
            retryable: true,
            requestId: expect.any(String),
          },
        },
      ],
    });
    const seen =
      JSON.stringify(answer) + gateway.log.join('\n') + (await (await fetch(`${gateway.url}/metrics`)).text());
    for (const secret of [apiKey, baseUrl, new URL(baseUrl).host, new URL(baseUrl).port])
      expect(seen).not.toContain(secret);
    expect(gateway.log.join('\n')).toContain('ECONNREFUSED');
    expect(await (await fetch(`${gateway.url}/readyz`)).json()).toMatchObject({ status: 'ready' });
  });

  it.each([200, 400, 401, 403, 404, 409, 422, 429, 500, 502, 503])(
    'with status %i and secrets everywhere shows none of them',
    async (status) => {
      const canary = 'canary-5f1d';
      stub = await startJsonServer(() => ({
        status,
        body: `{"error": {"message": "${canary}", "type": "${canary}"}, "detail": "${canary}", "code": "${canary}"`,
        headers: {
          'x-debug': canary,
          'set-cookie': `s=${canary}`,
          'www-authenticate': canary,
          location: `https://${canary}.example`,
        },
      }));
      const provider = { baseUrl: `${stub.url}/${canary}`, apiKey: canary };
      gateway = await startTestGateway({ providers: { FLEXPRICE: provider, METEROID: provider, FLEX: provider } });
      const read = await gateway.ask(ONE_OF_EACH, { flexprice: 'a', meteroid: 'b', flex: 'c' });
      const list = await gateway.ask('{ checkoutSessions { nodes { id } sources { state message code } } }');
      const change = await gateway.ask(
        'mutation { deleteCheckoutSession(input: { id: "MXA6Y3NfMQ" }) { deletedId userErrors { message } } }',
      );
      const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
      const seen = [read, list, change, gateway.log, metrics]
        .map((value) => inspect(value, { depth: 20, maxArrayLength: null }))
        .join('\n');
      expect(stub.requests.length).toBeGreaterThan(0);
      expect(seen).not.toContain(canary);
      expect(seen).not.toContain(new URL(stub.url).host);
      expect(seen).not.toMatch(/node_modules|at async|\.ts:\d+/);
    },
  );

  it('costs a list only its own sessions, and all of them failing is an error', async () => {
    gateway = await startTestGateway({ providers: sandbox.addresses });
    const query =
      '{ checkoutSessions(first: 5) { nodes { provider } sources { provider state coverage code message } } }';
    sandbox.control.fault({ provider: 'meteroid', kind: 'status', status: 500 });
    const { data, errors } = await gateway.ask<{
      checkoutSessions: { nodes: { provider: string }[]; sources: unknown[] };
    }>(query);
    expect(errors).toBeUndefined();
    expect(data.checkoutSessions.nodes.map(({ provider }) => provider)).toEqual(Array(5).fill('FLEX'));
    expect(data.checkoutSessions.sources).toEqual([
      { provider: 'FLEX', state: 'OK', coverage: 'ALL', code: null, message: null },
      { provider: 'FLEXPRICE', state: 'OK', coverage: 'KNOWN', code: null, message: null },
      {
        provider: 'METEROID',
        state: 'FAILED',
        coverage: 'ALL',
        code: 'UPSTREAM_ERROR',
        message: expect.stringContaining('Meteroid'),
      },
    ]);
    const { METEROID } = sandbox.addresses;
    const alone = await startTestGateway({ providers: { METEROID } });
    const failed = await alone.ask(query);
    await alone.stop();
    expect(failed.errors).toMatchObject([
      { path: ['checkoutSessions'], extensions: { code: 'UPSTREAM_ERROR', provider: 'METEROID' } },
    ]);
  });

  it('by hanging costs no more than the deadline', async () => {
    gateway = await startTestGateway({ providers: sandbox.addresses, upstreamPolicy: { readDeadlineMs: 150 } });
    sandbox.control.fault({ provider: 'flex', kind: 'hang' });
    const { data, errors } = await gateway.ask(ONE_OF_EACH, sandbox.examples);
    expect(data).toEqual({ flexprice: { status: 'OPEN' }, meteroid: { status: 'OPEN' }, flex: null });
    expect(errors).toMatchObject([
      { path: ['flex'], extensions: { code: 'UPSTREAM_TIMEOUT', provider: 'FLEX', retryable: true } },
    ]);
  });
});
