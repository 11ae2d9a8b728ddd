import { type Sandbox, startSandbox } from '../../sandbox/index.ts';
import type { ProviderName } from '../../src/checkout/session.ts';
import type { ProviderAddress } from './gateway.ts';

/** The sandbox with its clock standing still, and its providers as the gateway's settings name them. */
export async function startTestSandbox(
  options: { sessions?: number } = {},
): Promise<Sandbox & { addresses: Record<ProviderName, ProviderAddress> }> {
  const sandbox = await startSandbox({ sessions: 40, ...options });
  const { flexprice, meteroid, flex } = sandbox.providers;
  return { ...sandbox, addresses: { FLEXPRICE: flexprice, METEROID: meteroid, FLEX: flex } };
}
