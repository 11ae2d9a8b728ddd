import { vi } from 'vitest';
import { globalId } from '../../src/checkout/global-id.ts';
import type { ProviderName } from '../../src/checkout/provider-name.ts';
import { startTestGateway, type TestGateway } from '../helpers/gateway.ts';
import { startTestSandbox } from '../helpers/sandbox.ts';

export type KnownSession = { id: string; provider: ProviderName; status: string; createdAt: string };

export type KnownSessions = {
  gateway: TestGateway;
  /** What the list has to show, in its order. */
  sessions: KnownSession[];
  stop(): Promise<void>;
};

/**
 * A gateway that has sessions of all three providers to list. Flexprice has no list, so each of its sessions is read
 * once, for the gateway to know it; what is known of the others comes by the same way, and not from a list either.
 */
export async function startWithKnownSessions(perProvider: number): Promise<KnownSessions> {
  const sandbox = await startTestSandbox({ sessions: perProvider });
  const gateway = await startTestGateway({ providers: sandbox.addresses });
  const stop = async () => {
    await gateway.stop();
    await sandbox.stop();
  };
  try {
    const sessions: KnownSession[] = [];
    // By name, as the list orders what was made in the same moment.
    for (const provider of ['FLEX', 'FLEXPRICE', 'METEROID'] as const) {
      const name = provider.toLowerCase() as Lowercase<typeof provider>;
      const raw = sandbox.control.sessions({ provider: name, limit: perProvider });
      const providerIds = raw.map(({ id, checkout_session_id }) => String(id ?? checkout_session_id));
      sessions.push(...(await read(gateway, provider, providerIds)));
    }
    sessions.sort((a, b) => Date.parse(b.createdAt) - Date.parse(a.createdAt));
    // What was read is put into the index while nobody waits.
    await vi.waitFor(async () => {
      const { data } = await gateway.ask<{ checkoutSessions: { totalCount: number } }>(
        '{ checkoutSessions { totalCount } }',
      );
      if (data.checkoutSessions.totalCount !== sessions.length) throw new Error('Expected all sessions to be listed.');
    }, 10_000);
    return { gateway, sessions, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Sessions, in the order of the ids, without those that lists leave out. */
async function read(gateway: TestGateway, provider: ProviderName, providerIds: string[]): Promise<KnownSession[]> {
  const { data, errors } = await gateway.ask<{ nodes: (KnownSession & { isArchived: boolean })[] }>(
    `query ($ids: [ID!]!) { nodes(ids: $ids) { ...S } }
    fragment S on CheckoutSession { id provider status createdAt isArchived }`,
    { ids: providerIds.map((providerId) => globalId(provider, providerId)) },
  );
  if (errors) throw new Error(errors[0]?.message);
  return data.nodes.filter(({ isArchived }) => !isArchived).map(({ isArchived, ...session }) => session);
}
