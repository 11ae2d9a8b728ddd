import { GraphQLError } from 'graphql';
import { LRUCache } from 'lru-cache';
import { readTrustedDocuments, type TrustedDocuments } from '../trusted-documents.ts';
import { checkShape, parseWithin } from './check.ts';
import { type ChosenLimits, type QueryLimits, queryLimitsOf } from './query-limits.ts';

/** Characters of texts that were looked at and found within the limits. */
const KNOWN_CHARACTERS = 4 * 2 ** 20;

export type GuardOptions = {
  queryLimits?: ChosenLimits | undefined;
  /** The text of a manifest; only its documents may run. */
  trustedDocuments?: string | undefined;
};

/** A request as Apollo takes it. */
type Incoming = { body: unknown; search: string };

/**
 * Looks at the document of a request before Apollo does: Apollo cannot be stopped between parsing and validation, and has
 * no name for a document but its hash. Whatever else is wrong with a request is left to Apollo.
 */
export class DocumentGuard {
  readonly #limits: QueryLimits;
  readonly #trusted: TrustedDocuments | undefined;
  readonly #known = new LRUCache<string, true>({
    maxSize: KNOWN_CHARACTERS,
    sizeCalculation: (_, { length }) => length,
  });

  constructor(options: GuardOptions) {
    this.#limits = queryLimitsOf(options.queryLimits);
    this.#trusted = readTrustedDocuments(options.trustedDocuments, this.#limits.tokens);
  }

  /**
   * @returns what Apollo is to be given: the same, or the trusted document that it means
   * @throws GraphQLError
   */
  admit({ body, search }: Incoming): Incoming {
    if (body === undefined) return { body, search: this.#admitSearch(search) };
    if (!this.#trusted) {
      const { query } = Object(body);
      if (typeof query === 'string') this.#look(query);
      return { body, search };
    }
    const { extensions, id, documentId, query: _, ...rest } = Object(body);
    const query = this.#trusted.resolve(Object(body));
    this.#look(query);
    return { body: { ...rest, ...withoutHash(extensions), query }, search };
  }

  #admitSearch(search: string): string {
    const parameters = new URLSearchParams(search);
    const query = parameters.get('query') ?? undefined;
    if (!this.#trusted) {
      if (query !== undefined) this.#look(query);
      return search;
    }
    const [id, documentId] = [parameters.get('id'), parameters.get('documentId')];
    const extensions = parsed(parameters.get('extensions'));
    // The page of the explorer is asked for like that.
    if (query === undefined && id === null && documentId === null && extensions === undefined) return search;
    parameters.set('query', this.#trusted.resolve({ query, id, documentId, extensions }));
    for (const name of ['id', 'documentId', 'extensions']) parameters.delete(name);
    return `?${parameters}`;
  }

  #look(text: string): void {
    if (this.#known.has(text)) return;
    let document: ReturnType<typeof parseWithin>;
    try {
      document = parseWithin(text, this.#limits, { noLocation: true });
    } catch (error) {
      if (error instanceof GraphQLError && error.extensions.code !== undefined) throw error;
      // Apollo tells what is wrong with it, and where.
      return;
    }
    checkShape(document, this.#limits);
    if (text.length > 0) this.#known.set(text, true);
  }
}

/** Apollo would hold the hash against the text, and a trusted document may have any id. */
function withoutHash(extensions: unknown): { extensions?: unknown } {
  if (typeof extensions !== 'object' || extensions === null) return extensions === undefined ? {} : { extensions };
  const { persistedQuery: _, ...rest } = extensions as Record<string, unknown>;
  return { extensions: rest };
}

function parsed(json: string | null): unknown {
  if (json === null) return undefined;
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
