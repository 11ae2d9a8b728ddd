import { describe, expect, it } from 'vitest';
import type { Provider } from '../../src/checkout/provider.ts';
import { LedgerError } from '../../src/ledger/ledger.ts';
import type { SessionIndex } from '../../src/ledger/session-index.ts';
import { createRemember } from '../../src/reading/remember.ts';
import { recordLog } from '../helpers/log.ts';
import { session } from '../listing/world.ts';

/** An index that notes what it learns, as long as it is not locked. */
function lockableIndex() {
  const learned: string[] = [];
  const lock = { isLocked: false, tries: 0 };
  const write = async (text: string) => {
    lock.tries++;
    if (lock.isLocked) throw new LedgerError('locked');
    learned.push(text);
  };
  const index: SessionIndex = {
    learn: ({ providerId, createdAt }) => write(`${providerId} ${createdAt}`),
    missing: ({ providerId }) => write(`no ${providerId}`),
    page: async () => [],
    count: async () => 0,
  };
  return { index, learned, lock };
}

const indexed = { listing: { kind: 'INDEXED', plan: () => 'INDEX' } } as unknown as Provider;
const paged = { listing: { kind: 'PAGED', plan: () => null } } as unknown as Provider;
const providers = new Map([
  ['FLEXPRICE', indexed],
  ['FLEX', paged],
] as const);

describe('remembering sessions', () => {
  it('makes nobody wait, and is for providers that have no list', async () => {
    const { index, learned } = lockableIndex();
    const { found, missing } = createRemember(index, providers, recordLog().log);
    found(session('FLEXPRICE', 'p1', null));
    found(session('FLEX', 'f1', null));
    missing({ provider: 'FLEXPRICE', providerId: 'p2' });
    expect(learned).toEqual([]);
    await expect.poll(() => learned).toEqual(['p1 null', 'no p2']);
  });

  it('loses nothing while the ledger cannot be written, tries again, and says so once each way', async () => {
    const { index, learned, lock } = lockableIndex();
    const { log, lines } = recordLog();
    const { found } = createRemember(index, providers, log);
    lock.isLocked = true;
    found(session('FLEXPRICE', 'p1', 'old'));
    await expect.poll(() => lock.tries).toBe(1);
    found(session('FLEXPRICE', 'p2', 'a'));
    found(session('FLEXPRICE', 'p1', 'new'));
    await expect.poll(() => lock.tries, { timeout: 5000 }).toBeGreaterThan(1);
    lock.isLocked = false;
    await expect.poll(() => learned, { timeout: 5000 }).toEqual(['p2 a', 'p1 new']);
    await expect.poll(() => lines.length).toBe(2);
    expect(lines[0]).toContain('the ledger cannot be written');
    expect(lines[1]).toContain('the ledger can be written again');
  });

  it('writes what still waits when the gateway stops', async () => {
    const { index, learned } = lockableIndex();
    const { found, flush } = createRemember(index, providers, recordLog().log);
    found(session('FLEXPRICE', 'p1', null));
    await flush();
    expect(learned).toEqual(['p1 null']);
  });
});
