import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  parse,
  specifiedRules,
  type ValidationRule,
  validate,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { RequestErrors, TurnedAway, withCode } from './public-errors.ts';

/** As for POST. */
const MAX_TOKENS = 5000;

/** Tokens of documents that are kept though nobody uses them now. One takes about 300 bytes with its nodes. */
const IDLE_TOKENS = 50_000;

/**
 * Tokens of the documents in use. Thousands of subscribers with the documents of a few clients do not come near, while
 * one that sends a different huge document each time could fill the memory.
 */
const LIVE_TOKENS = 250_000;

/** A document in use; it is the same for all who sent the same text. */
export type LiveDocument = { readonly source: string; readonly document: DocumentNode; tokens: number; users: number };

/** Begins as Apollo's does, because the sentence that callers are told goes by that. */
const noIntrospection: ValidationRule = (context) => ({
  Field(node) {
    if (node.name.value !== '__schema' && node.name.value !== '__type') return;
    context.reportError(new GraphQLError('GraphQL introspection is not allowed', { nodes: [node] }));
  },
});

type Options = { schema: GraphQLSchema; introspection: boolean; validationRules?: readonly ValidationRule[] };

/** Parsed and validated documents: each text is looked at once as long as it is in use or was lately. */
export class Documents {
  readonly #schema: GraphQLSchema;
  readonly #rules: readonly ValidationRule[];
  readonly #live = new Map<string, LiveDocument>();
  readonly #idle = new LRUCache<string, LiveDocument>({
    maxSize: IDLE_TOKENS,
    sizeCalculation: ({ tokens }) => tokens,
  });
  #liveTokens = 0;

  constructor({ schema, introspection, validationRules = [] }: Options) {
    this.#schema = schema;
    this.#rules = [...specifiedRules, ...(introspection ? [] : [noIntrospection]), ...validationRules];
  }

  /** @throws RequestErrors when the document is not valid, TurnedAway when there are too many */
  acquire(source: string): LiveDocument {
    const found = this.#live.get(source);
    if (found) {
      found.users += 1;
      return found;
    }
    const document = this.#idle.get(source) ?? this.#load(source);
    if (this.#liveTokens + document.tokens > LIVE_TOKENS) {
      throw new TurnedAway('OVERLOADED', 'There are too many different subscriptions now; try again later.');
    }
    this.#idle.delete(source);
    this.#live.set(document.source, document);
    this.#liveTokens += document.tokens;
    document.users = 1;
    return document;
  }

  /** To be called once for each `acquire`. */
  release(document: LiveDocument): void {
    document.users -= 1;
    if (document.users > 0) return;
    this.#live.delete(document.source);
    this.#liveTokens -= document.tokens;
    this.#idle.set(document.source, document);
  }

  #load(source: string): LiveDocument {
    const document = parseDocument(source);
    const errors = validate(this.#schema, document, this.#rules);
    if (errors.length > 0) throw new RequestErrors(errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED')));
    return { source, document, tokens: Math.max(1, document.tokenCount ?? MAX_TOKENS), users: 0 };
  }
}

function parseDocument(source: string): DocumentNode & { tokenCount?: number | undefined } {
  try {
    return parse(source, { maxTokens: MAX_TOKENS });
  } catch (error) {
    // What is nested too deeply is no GraphQLError: the stack ends before the document does.
    const syntaxError =
      error instanceof GraphQLError
        ? error
        : new GraphQLError('The document cannot be read.', { originalError: error as Error });
    throw new RequestErrors([withCode(syntaxError, 'GRAPHQL_PARSE_FAILED')]);
  }
}
