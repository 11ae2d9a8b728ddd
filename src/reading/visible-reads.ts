import { type Caller, maySee } from '../checkout/caller.ts';
import { GatewayError } from '../checkout/errors.ts';
import { globalId } from '../checkout/global-id.ts';
import type { PagedList, PageRequest, WholeList } from '../checkout/list.ts';
import { type Expansion, NO_EXPANSION, type Provider } from '../checkout/provider.ts';
import { displayName } from '../checkout/provider-name.ts';
import type { CheckoutSession, FlexLineItem } from '../checkout/session.ts';
import type { Reader, ReadResult } from './read-through.ts';
import type { SessionRead } from './session-loader.ts';
import type { Reads } from './shared-reads.ts';

/**
 * What a caller may see of what all share. This is the one place that enforces it, and it stands behind the cache: what is
 * kept knows nothing of callers. A session that may not be seen reads like one that its provider does not have, down to
 * how long the answer is fresh, what is said of the cache, and the failure where a kept one would stand in. All that can
 * tell them apart, for who has its id already, is that a fresh one that is kept is found faster, and while its provider fails.
 */
export const visibleReads = (reads: Reads, caller: Caller): Reads =>
  caller.customers === null ? reads : new VisibleReads(reads, caller);

class VisibleReads implements Reads {
  readonly #reads: Reads;
  readonly #caller: Caller;
  /** Global ids of the sessions that were shown. */
  readonly #shown = new Set<string>();

  constructor(reads: Reads, caller: Caller) {
    this.#reads = reads;
    this.#caller = caller;
  }

  session(provider: Provider, providerId: string, expansion: Expansion, reader: Reader): Promise<SessionRead> {
    const wanted = withCustomer(expansion);
    return this.#show(reader, (own) => this.#reads.session(provider, providerId, wanted, own));
  }

  standInSession(
    provider: Provider,
    providerId: string,
    expansion: Expansion,
    failure: unknown,
    reader: Reader,
  ): Promise<SessionRead> {
    const wanted = withCustomer(expansion);
    return this.#show(reader, (own) => this.#reads.standInSession(provider, providerId, wanted, failure, own));
  }

  async peekSession(
    provider: Provider,
    providerId: string,
    expansion: Expansion,
    reader: Reader,
  ): Promise<SessionRead | null> {
    const own = apart(reader);
    const read = await this.#reads.peekSession(provider, providerId, withCustomer(expansion), own);
    // As if nothing were kept: neither that it is not there, nor one that may not be seen.
    if (!read?.value || !this.#maySee(read.value)) return null;
    reader.report.take(own.report);
    return read;
  }

  async lineItems(provider: Provider, providerId: string, reader: Reader): Promise<ReadResult<FlexLineItem[] | null>> {
    return (await this.#sees(provider, providerId, reader))
      ? this.#reads.lineItems(provider, providerId, reader)
      : notThere(reader);
  }

  async page(
    provider: Provider,
    list: PagedList,
    request: PageRequest,
    expansion: Expansion,
    reader: Reader,
  ): Promise<ReadResult<CheckoutSession[] | null>> {
    // Cursors can be made up: a page behind another's session would tell that it is there, and since when.
    const anchor = request.startingAfter ?? request.endingBefore;
    if (anchor !== undefined && !(await this.#sees(provider, anchor, reader))) return notThere(reader);
    const read = await this.#reads.page(provider, list, request, withCustomer(expansion), reader);
    // Leaving them out would make a full page pass for the last one, and lose what is behind it.
    if (read.value?.every((session) => this.#maySee(session)) === false) throw notAskedFor(provider);
    return read;
  }

  async all(provider: Provider, list: WholeList, reader: Reader): Promise<ReadResult<CheckoutSession[]>> {
    const read = await this.#reads.all(provider, list, reader);
    return { ...read, value: read.value.filter((session) => this.#maySee(session)) };
  }

  async #show(reader: Reader, ask: (own: Reader) => Promise<SessionRead>): Promise<SessionRead> {
    const { report } = reader;
    const own = apart(reader);
    const read = await ask(own).catch((error: unknown) => {
      report.take(own.report);
      throw error;
    });
    if (read.value && this.#maySee(read.value)) {
      report.take(own.report);
      return read;
    }
    const missing = notThere(reader);
    // Nothing stands in for what is not there.
    if (read.failure) throw read.failure;
    return { ...missing, isCurrent: read.isCurrent };
  }

  #maySee(session: CheckoutSession): boolean {
    if (!maySee(this.#caller, session)) return false;
    this.#shown.add(session.id);
    return true;
  }

  async #sees(provider: Provider, providerId: string, reader: Reader): Promise<boolean> {
    if (this.#shown.has(globalId(provider.name, providerId))) return true;
    return (await this.session(provider, providerId, NO_EXPANSION, reader)).value !== null;
  }
}

/** The customer is what decides: a provider that was not asked for it might leave out even its id. */
const withCustomer = (expansion: Expansion): Expansion => ({ ...expansion, customer: true });

const apart = (reader: Reader): Reader => ({ ...reader, report: reader.report.apart() });

/** As a provider that was asked and has no such thing; that this may be kept is told of none, or it would tell them apart. */
function notThere({ report }: Reader): ReadResult<null> {
  report.take({ hits: 0, misses: 1, isStale: false, freshUntil: 0 });
  return { value: null, failure: null, isKept: false, isCurrent: true };
}

const notAskedFor = ({ name }: Provider): GatewayError =>
  new GatewayError(
    'UPSTREAM_BAD_RESPONSE',
    `${displayName(name)} listed sessions of other customers than it was asked for.`,
    {
      provider: name,
    },
  );
