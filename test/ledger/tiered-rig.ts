import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NO_FILTER } from '../../src/checkout/filter.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openLedgers } from '../../src/ledger/open-ledgers.ts';
import { LEDGER_SCRIPTS } from '../../src/ledger/redis/scripts.ts';
import type { IndexedSession, IndexPageRequest, SessionIndex } from '../../src/ledger/session-index.ts';
import { createRedisLink } from '../../src/redis/create-link.ts';
import type { RedisLink } from '../../src/redis/link.ts';
import { recordLog } from '../helpers/log.ts';
import { ACCOUNTS } from './redis/rig.ts';
import { START, sessionOf } from './sessions.ts';

/** A gateway's ledger over Redis and a folder of its own. */
export type TieredReplica = Ledger & { link: RedisLink; lines: string[] };

type Options = { directory?: string | null; now?: () => number; commandTimeoutMs?: number };

/** Closing it closes its link too. */
export async function openTiered(url: string, options: Options = {}): Promise<TieredReplica> {
  const { directory = null, now = () => START, commandTimeoutMs = 2000 } = options;
  const { log, lines } = recordLog();
  const link = await createRedisLink({ url, scripts: LEDGER_SCRIPTS, log, commandTimeoutMs });
  const ledger = await openLedgers({ directory, accounts: ACCOUNTS, link, encryptionKey: null, log, now });
  const close = async () => {
    await ledger.close();
    await link.close();
  };
  return { ...ledger, link, lines, close };
}

const folders: string[] = [];

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tiered-'));
  folders.push(folder);
  return folder;
}

export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
}

export const newest = (request: Partial<IndexPageRequest> = {}): IndexPageRequest => ({
  provider: 'FLEXPRICE',
  filter: { ...NO_FILTER, includeArchived: true },
  direction: 'older',
  from: null,
  limit: 10_000,
  ...request,
});

export const idsIn = async (index: SessionIndex, request: Partial<IndexPageRequest> = {}): Promise<string[]> =>
  (await index.page(newest(request))).map(({ providerId }) => providerId);

/** What an index knows of a session; undefined when it does not list it. */
export const stateIn = async (index: SessionIndex, providerId: string): Promise<IndexedSession | undefined> =>
  (await index.page(newest())).find((session) => session.providerId === providerId);

export async function learn(index: SessionIndex, ...sessions: IndexedSession[]): Promise<void> {
  for (const session of sessions) await index.learn(sessionOf(session));
}

/** The words of the log that are about the index. */
export const indexLines = ({ lines }: TieredReplica): string[] =>
  lines.map((line) => String(JSON.parse(line).msg)).filter((words) => /session/.test(words));
