import { afterEach, beforeEach, expect } from 'vitest';
import type { FaultSpec, ProviderName as SandboxName } from '../../sandbox/index.ts';
import { startTestGateway, type TestGateway } from '../helpers/gateway.ts';
import { startTestSandbox } from '../helpers/sandbox.ts';

export const BY_PROVIDER_ID = `query ($provider: CheckoutProvider!, $id: String!) {
  s: checkoutSessionByProviderId(provider: $provider, providerId: $id) { id status fetchedAt isArchived checkoutUrl }
}`;
export const LIST = `query ($filter: CheckoutSessionFilter) {
  checkoutSessions(first: 100, filter: $filter) { nodes { providerId status } sources { provider state code message } }
}`;

type Session = { id: string; status: string; fetchedAt: string; isArchived: boolean; checkoutUrl: string | null };
export type List = {
  nodes: { providerId: string; status: string }[];
  sources: { provider: string; state: string; code: string | null; message: string | null }[];
};

/** For each test of the file a new sandbox, and a gateway before it that keeps what it reads, with a clock of their own. */
export function useCacheRig() {
  let sandbox: Awaited<ReturnType<typeof startTestSandbox>>;
  let gateway: TestGateway;
  let now: number;

  beforeEach(async () => {
    sandbox = await startTestSandbox();
    now = Date.parse(sandbox.control.state().now);
    gateway = await startTestGateway({ providers: sandbox.addresses, cacheMemoryMiB: 16, now: () => now });
  });
  afterEach(async () => {
    await gateway.stop();
    await sandbox.stop();
  });

  const callsOf = (provider: SandboxName): number => sandbox.control.calls({ provider }).length;
  return {
    get sandbox() {
      return sandbox;
    },
    get gateway() {
      return gateway;
    },
    /** The gateway's time, in epoch milliseconds. */
    get now() {
      return now;
    },
    /** Lets the gateway's time pass. */
    later(milliseconds: number): void {
      now += milliseconds;
    },
    /** Lets the sandbox's and the gateway's time pass. */
    pass(seconds: number): void {
      sandbox.control.advance({ seconds });
      now += seconds * 1000;
    },
    callsOf,
    newSession: (provider: SandboxName, properties: Record<string, unknown> = {}): string =>
      String(sandbox.control.create({ provider, ...properties }).id ?? sandbox.examples[provider]),
    flexSession: (): string => String(sandbox.control.create({ provider: 'flex' }).checkout_session_id),
    async read(provider: string, id: string): Promise<Session | null> {
      const { data, errors } = await gateway.ask<{ s: Session | null }>(BY_PROVIDER_ID, { provider, id });
      expect(errors).toBeUndefined();
      return data.s;
    },
    async list(filter?: Record<string, unknown>): Promise<List> {
      const { data, errors } = await gateway.ask<{ checkoutSessions: List }>(LIST, { filter });
      expect(errors).toBeUndefined();
      return data.checkoutSessions;
    },
    fail: (provider: SandboxName, fault: Partial<FaultSpec> = {}) =>
      sandbox.control.fault({ provider, kind: 'status', status: 500, ...fault }),
    /** Until what goes on behind an answer is done. */
    async settled(provider: SandboxName, calls: number): Promise<void> {
      await expect.poll(() => callsOf(provider)).toBe(calls);
      // The answer of the last call has to come in.
      await new Promise((resolve) => setTimeout(resolve, 30));
    },
  };
}
