import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  type OperationDefinitionNode,
  specifiedRules,
  type ValidationRule,
  validate,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Caller } from '../../checkout/caller.ts';
import { checkCost, checkShape, parseWithin } from '../limits/check.ts';
import type { GuardOptions } from '../limits/document-guard.ts';
import type { Listings } from '../limits/prices.ts';
import { type QueryLimits, queryLimitsOf } from '../limits/query-limits.ts';
import { type DocumentRequest, readTrustedDocuments, type TrustedDocuments } from '../trusted-documents.ts';
import { RequestErrors, TurnedAway, withCode } from './public-errors.ts';
import { type Holder, Shares } from './shares.ts';
import { unconditionalRoot } from './unconditional-root.ts';

/** Tokens of documents that are kept though nobody uses them now. One takes about 300 bytes with its nodes. */
const IDLE_TOKENS = 50_000;

/**
 * Tokens of the documents in use. Thousands of subscribers with the documents of a few clients do not come near, while
 * one that sends a different huge document each time could fill the memory.
 */
const LIVE_TOKENS = 250_000;

/** A text is kept as well, and comments are no tokens. */
const CHARACTERS_AS_A_TOKEN = 150;

/** A document in use; it is the same for all who sent the same text. */
export type LiveDocument = {
  readonly source: string;
  readonly document: DocumentNode;
  readonly tokens: number;
  /** How often each holder uses it. */
  readonly users: Map<Holder, number>;
};

/** Begins as Apollo's does, because the sentence that callers are told goes by that. */
const noIntrospection: ValidationRule = (context) => ({
  Field(node) {
    if (node.name.value !== '__schema' && node.name.value !== '__type') return;
    context.reportError(new GraphQLError('GraphQL introspection is not allowed', { nodes: [node] }));
  },
});

type Options = GuardOptions & {
  schema: GraphQLSchema;
  listings: Listings;
  introspection: boolean;
  validationRules?: readonly ValidationRule[];
};

type Operation = {
  operation: OperationDefinitionNode;
  variables: Record<string, unknown> | undefined;
  caller: Caller;
};

/** Parsed and validated documents: each text is looked at once as long as it is in use or was lately. */
export class Documents {
  readonly #schema: GraphQLSchema;
  readonly #listings: Listings;
  readonly #rules: readonly ValidationRule[];
  readonly #limits: QueryLimits;
  readonly #trusted: TrustedDocuments | undefined;
  readonly #live = new Map<string, LiveDocument>();
  readonly #idle = new LRUCache<string, LiveDocument>({
    maxSize: IDLE_TOKENS,
    sizeCalculation: ({ tokens }) => tokens,
  });
  readonly #shares = new Shares(LIVE_TOKENS, 'the documents of subscriptions');
  #liveTokens = 0;

  constructor({ schema, listings, introspection, validationRules = [], queryLimits, trustedDocuments }: Options) {
    this.#schema = schema;
    this.#listings = listings;
    this.#limits = queryLimitsOf(queryLimits);
    this.#trusted = readTrustedDocuments(trustedDocuments, this.#limits.tokens);
    this.#rules = [
      ...specifiedRules,
      unconditionalRoot,
      ...(introspection ? [] : [noIntrospection]),
      ...validationRules,
    ];
  }

  /**
   * Of all documents each counts once, and once for each holder that uses it.
   *
   * @throws RequestErrors when the document is not valid, TurnedAway or Refusal when there are too many, GraphQLError
   */
  acquire(request: DocumentRequest & { query: string }, holder: Holder): LiveDocument {
    const source = this.#trusted?.resolve(request) ?? request.query;
    const found = this.#live.get(source);
    const document = found ?? this.#idle.get(source) ?? this.#load(source);
    if (!found && this.#liveTokens + document.tokens > LIVE_TOKENS) {
      throw new TurnedAway('OVERLOADED', 'There are too many different subscriptions now; try again later.');
    }
    const uses = document.users.get(holder) ?? 0;
    if (uses === 0) this.#shares.take(holder, document.tokens);
    document.users.set(holder, uses + 1);
    if (!found) {
      this.#idle.delete(source);
      this.#live.set(source, document);
      this.#liveTokens += document.tokens;
    }
    return document;
  }

  /** To be called once for each `acquire`. */
  release(document: LiveDocument, holder: Holder): void {
    const uses = (document.users.get(holder) ?? 0) - 1;
    if (uses > 0) {
      document.users.set(holder, uses);
      return;
    }
    document.users.delete(holder);
    this.#shares.giveBack(holder, document.tokens);
    if (document.users.size > 0) return;
    this.#live.delete(document.source);
    this.#liveTokens -= document.tokens;
    this.#idle.set(document.source, document);
  }

  /** @throws GraphQLError when it costs too much with these variables */
  checkCost({ document }: LiveDocument, { operation, variables, caller }: Operation): void {
    const listed = { listings: this.#listings, customers: caller.customers };
    checkCost({ schema: this.#schema, document, operation, variables }, this.#limits, listed);
  }

  #load(source: string): LiveDocument {
    const document = parseDocument(source, this.#limits);
    checkShape(document, this.#limits);
    const errors = validate(this.#schema, document, this.#rules);
    if (errors.length > 0) throw new RequestErrors(errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED')));
    const tokens = (document.tokenCount ?? this.#limits.tokens) + Math.ceil(source.length / CHARACTERS_AS_A_TOKEN);
    return { source, document, tokens, users: new Map() };
  }
}

function parseDocument(source: string, limits: QueryLimits): DocumentNode & { tokenCount?: number | undefined } {
  try {
    return parseWithin(source, limits);
  } catch (error) {
    if (error instanceof GraphQLError && error.extensions.code !== undefined) throw error;
    // What is nested too deeply is no GraphQLError: the stack ends before the document does.
    const syntaxError =
      error instanceof GraphQLError
        ? error
        : new GraphQLError('The document cannot be read.', { originalError: error as Error });
    throw new RequestErrors([withCode(syntaxError, 'GRAPHQL_PARSE_FAILED')]);
  }
}
