import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { readConfig } from '../src/config.ts';
import { startGateway } from '../src/gateway.ts';
import { openLedger } from '../src/ledger/sqlite/open-ledger.ts';
import { toSession } from '../src/providers/flexprice/mapping.ts';
import { flexpriceSession } from '../src/providers/flexprice/wire.ts';
import type { GraphQLServer } from '../src/server/index.ts';
import { createLog } from '../src/telemetry/log.ts';
import { flexpriceBody, flexpriceId, type Size } from './list-world.ts';

/** A folder for a ledger, which is gone when the process is. */
export function makeFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'list-page-'));
  process.once('exit', () => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** The whole gateway before the providers of one size. */
export function startListGateway(
  providers: string,
  { sessions, meteroid }: Size,
  folder: string,
): Promise<GraphQLServer> {
  const at = (name: string) => ({ apiKey: 'benchmark', baseUrl: `${providers}/${sessions}/${meteroid}/${name}` });
  const config = {
    // Each page is to be read; what a cache saves is measured by cached-reads.ts.
    ...readConfig({ PORT: '0', CACHE_MEMORY_MIB: '0' }),
    dataDir: folder,
    providers: { FLEXPRICE: at('flexprice'), METEROID: at('meteroid'), FLEX: at('flex') },
  };
  return startGateway({ config, log: createLog({ level: 'warn' }) });
}

/** Has the index of a gateway that was started in the folder remember that many sessions, as it would by reading them. */
export async function fillIndex(folder: string, sessions: number): Promise<void> {
  const ledger = await openLedger({ directory: folder, accounts: accountsIn(folder), now: Date.now });
  const mapping = { fetchedAt: new Date().toISOString(), exact: () => undefined };
  for (let index = 0; index < sessions; index++) {
    const wire = flexpriceSession.parse(flexpriceBody(flexpriceId(index), sessions));
    await ledger.sessionIndex.learn(toSession(wire, mapping));
  }
  await ledger.close();
}

/** What the gateway calls its accounts. */
function accountsIn(folder: string): Record<string, string> {
  const database = new DatabaseSync(join(folder, 'ledger.sqlite'), { readOnly: true });
  const rows = database.prepare('SELECT provider, name FROM account').all();
  database.close();
  return Object.fromEntries(rows.map(({ provider, name }) => [String(provider), String(name)]));
}
