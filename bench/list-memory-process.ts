import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { startListGateway } from './list-gateway.ts';

// A gateway in a process of its own, whose memory is looked at. Says where it is, then how much it holds when asked.

/** Bytes. */
export type Memory = { heap: number; external: number; peakResident: number };

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

async function memory(): Promise<Memory> {
  // What waits for a turn of the loop, and what was only reachable from there.
  for (let round = 0; round < 3; round++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    collect();
  }
  const { heapUsed, external } = process.memoryUsage();
  return { heap: heapUsed, external, peakResident: process.resourceUsage().maxRSS * 1024 };
}

const [providers = '', sessions, folder = ''] = process.argv.slice(2);
const gateway = await startListGateway(providers, { sessions: Number(sessions), meteroid: 0 }, folder);
process.on('message', async () => process.send?.({ result: await memory() }));
process.on('disconnect', () => process.exit());
process.send?.({ result: gateway.url });
