import { startSandbox } from '../../sandbox/index.ts';

/** The sandbox with its clock standing still, and its providers as the gateway's settings name them. */
export async function startTestSandbox(options: { sessions?: number } = {}) {
  const sandbox = await startSandbox({ sessions: 40, ...options });
  const { flexprice, meteroid, flex } = sandbox.providers;
  return { ...sandbox, addresses: { FLEXPRICE: flexprice, METEROID: meteroid, FLEX: flex } };
}
