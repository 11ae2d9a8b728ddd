import { GatewayError } from '../../src/checkout/errors.ts';
import { matchesFilter, NO_FILTER } from '../../src/checkout/filter.ts';
import { globalId } from '../../src/checkout/global-id.ts';
import type { PageRequest } from '../../src/checkout/list.ts';
import type { CheckoutSession, ProviderName } from '../../src/checkout/session.ts';
import type { PageInput } from '../../src/listing/arguments.ts';
import { type Connection, type ListedProvider, listSessions } from '../../src/listing/connection.ts';
import { createIndexSource, type EntryRequest } from '../../src/listing/index-source.ts';
import { createKeysetSource } from '../../src/listing/keyset-source.ts';
import { createSnapshotSource } from '../../src/listing/snapshot-source.ts';

/** A session that stands in a list: all that listing looks at. */
export function session(provider: ProviderName, providerId: string, createdAt: string | null): CheckoutSession {
  return {
    id: globalId(provider, providerId),
    provider,
    providerId,
    createdAt,
    status: 'OPEN',
    isArchived: false,
    details: { provider },
  } as CheckoutSession;
}

export const second = (number: number): string => new Date(Date.UTC(2026, 0, 1) + number * 1000).toISOString();

/**
 * Three providers' lists as plain arrays, newest first, read the ways that the gateway reads them: pages with anchors and
 * offsets, all at once, and an index.
 */
export class World {
  paged: CheckoutSession[] = [];
  whole: CheckoutSession[] = [];
  indexed: CheckoutSession[] = [];
  /** Lists that do not answer. */
  readonly down = new Set<ProviderName>();
  /** Entries of the index whose session is gone or does not match any more. */
  readonly gone = new Set<string>();
  /** Sessions of the index that were loaded. */
  loads = 0;
  /** What of the paged list matches, where that has to be looked for. */
  sparse: ((one: CheckoutSession) => boolean) | null = null;
  /** Pages of the paged list that were read. */
  pages = 0;

  list(input: PageInput): Promise<Connection> {
    return listSessions(this.providers(), 'f', input);
  }

  providers(): ListedProvider[] {
    const listed = (provider: ProviderName, source: NonNullable<ListedProvider['sources']>[number]['source']) => ({
      provider,
      coverage: 'ALL' as const,
      sources: [{ provider, key: provider, source }],
    });
    return [
      listed('FLEX', this.#keyset()),
      listed('FLEXPRICE', this.#index()),
      listed(
        'METEROID',
        createSnapshotSource(async () => this.#up('METEROID', () => this.whole)),
      ),
    ];
  }

  #up<T>(provider: ProviderName, read: () => T): T {
    if (this.down.has(provider)) throw new GatewayError('UPSTREAM_UNAVAILABLE', 'Down.', { provider });
    return read();
  }

  #keyset() {
    return createKeysetSource({
      isExact: this.sparse === null,
      isSparse: this.sparse !== null,
      matches: (one) => this.sparse?.(one) ?? matchesFilter(one, NO_FILTER),
      readPage: async (request) => this.#up('FLEX', () => this.#page(request)),
      readOne: async (id) => this.#up('FLEX', () => this.paged.find(({ providerId }) => providerId === id) ?? null),
    });
  }

  /** As a provider with `starting_after`, `ending_before`, `offset` and `created` answers. */
  #page({ limit, offset = 0, startingAfter, endingBefore, span }: PageRequest): CheckoutSession[] | null {
    this.pages++;
    const isWithin = ({ createdAt }: CheckoutSession) => {
      if (!span || createdAt === null) return !span;
      const [time, from, to] = [
        Date.parse(createdAt),
        span.from ?? Number.NEGATIVE_INFINITY,
        span.to ?? Number.POSITIVE_INFINITY,
      ];
      return time >= Math.floor(from / 1000) * 1000 && time < (Math.floor(to / 1000) + 1) * 1000;
    };
    const anchor = startingAfter ?? endingBefore;
    const at = this.paged.findIndex(({ providerId }) => providerId === anchor);
    if (anchor !== undefined && at < 0) return null;
    if (endingBefore !== undefined) {
      const newer = this.paged.slice(0, at).filter(isWithin);
      return newer.slice(Math.max(0, newer.length - offset - limit), newer.length - offset);
    }
    return this.paged
      .slice(startingAfter === undefined ? 0 : at + 1)
      .filter(isWithin)
      .slice(offset, offset + limit);
  }

  #index() {
    const place = (entry: { createdAt: string | null; providerId: string }) =>
      `${entry.createdAt ?? ''} ${entry.providerId}`;
    return createIndexSource({
      readEntries: async ({ direction, from, inclusive, limit }: EntryRequest) =>
        this.#up('FLEXPRICE', () => {
          const bound = from && place(from);
          const isIn = (one: CheckoutSession) =>
            bound === null ||
            (direction === 'older' ? place(one) < bound : place(one) > bound) ||
            (inclusive && place(one) === bound);
          const rows = this.indexed.filter(isIn);
          return direction === 'older' ? rows.slice(0, limit) : rows.slice(-limit);
        }),
      load: async ({ providerId }) => {
        this.loads++;
        return this.gone.has(providerId) ? null : (this.indexed.find((one) => one.providerId === providerId) ?? null);
      },
      matches: (one) => matchesFilter(one, NO_FILTER),
      isSettled: this.gone.size === 0,
      count: async () => this.indexed.length,
    });
  }

  /** The whole list in the order that it must have: by time, a session behind an older one of its own list right after it. */
  merged(): CheckoutSession[] {
    const paged = this.sparse ? this.paged.filter(this.sparse) : this.paged;
    const keyed = [paged, this.indexed.filter(({ providerId }) => !this.gone.has(providerId)), this.whole].flatMap(
      (list, order) => {
        let lowest = '9999';
        return list.map((one, place) => {
          if ((one.createdAt ?? '') < lowest) lowest = one.createdAt ?? '';
          return { one, key: lowest, order, place };
        });
      },
    );
    keyed.sort((a, b) => (a.key === b.key ? a.order - b.order || a.place - b.place : a.key > b.key ? -1 : 1));
    return keyed.map(({ one }) => one);
  }
}
