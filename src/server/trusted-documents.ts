import { type DefinitionNode, GraphQLError, Kind, parse, print } from 'graphql';
import { z } from 'zod';

/** What a request may say about the document that it wants to have run. Nothing of it was checked. */
export type DocumentRequest = { query?: unknown; id?: unknown; documentId?: unknown; extensions?: unknown };

/** As `@apollo/generate-persisted-query-manifest` writes it. */
const manifestSchema = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  operations: z.array(
    z.object({
      id: z.string().min(1),
      body: z.string().min(1),
      name: z.string(),
      type: z.enum(['query', 'mutation', 'subscription']),
    }),
  ),
});

/** The same for all texts of one document: without comments, with the spaces of graphql-js, fragments by their names. */
function normal(text: string, maxTokens: number): string {
  const { definitions, ...document } = parse(text, { maxTokens, noLocation: true });
  return print({ ...document, definitions: definitions.toSorted((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1)) });
}

const placeOf = (node: DefinitionNode): string =>
  `${node.kind === Kind.OPERATION_DEFINITION ? 0 : 1}${'name' in node ? node.name?.value : ''}`;

const refused = (message: string, code: string): GraphQLError =>
  new GraphQLError(message, { extensions: { code, http: { status: 400 } } });

/** The documents that may run, and no others. */
export class TrustedDocuments {
  /** By id. */
  readonly #bodies: ReadonlyMap<string, string>;
  /** By the texts as they stand in the manifest, and by those texts as they are once they are brought into one form. */
  readonly #byText = new Map<string, string>();

  readonly #maxTokens: number;

  /** @throws when a body is no GraphQL, or has too many tokens */
  constructor(bodies: ReadonlyMap<string, string>, maxTokens: number) {
    this.#bodies = bodies;
    this.#maxTokens = maxTokens;
    for (const body of bodies.values()) {
      this.#byText.set(normal(body, maxTokens), body);
      this.#byText.set(body, body);
    }
  }

  /**
   * The text to run, from the manifest.
   *
   * @throws GraphQLError with PERSISTED_QUERY_NOT_FOUND or BAD_USER_INPUT
   */
  resolve(request: DocumentRequest): string {
    const id = idIn(request);
    const { query } = request;
    // Clients that send both mean that the text is to be kept under the id.
    if (typeof query === 'string' && query !== '') {
      const body = this.#byText.get(query) ?? this.#byText.get(normalOrSame(query, this.#maxTokens));
      if (body === undefined) {
        throw refused('This gateway runs only trusted documents, and this is none of them.', 'BAD_USER_INPUT');
      }
      if (id === undefined || this.#bodies.get(id) === body) return body;
      throw refused('Expected the id of the document that came with it, got another.', 'BAD_USER_INPUT');
    }
    if (id === undefined) {
      throw refused('This gateway runs only trusted documents: expected the id of one.', 'BAD_USER_INPUT');
    }
    const body = this.#bodies.get(id);
    if (body !== undefined) return body;
    throw refused('There is no trusted document with this id.', 'PERSISTED_QUERY_NOT_FOUND');
  }
}

/** Where clients put it: Apollo's and those that go by it, those that go by the draft of GraphQL over HTTP, Relay's. */
function idIn({ extensions, documentId, id }: DocumentRequest): string | undefined {
  const { sha256Hash } = Object(Object(extensions).persistedQuery);
  return [sha256Hash, documentId, id].find((value) => typeof value === 'string' && value !== '');
}

function normalOrSame(text: string, maxTokens: number): string {
  try {
    return normal(text, maxTokens);
  } catch {
    return text;
  }
}

const SETTING = 'TRUSTED_DOCUMENTS';

/**
 * @param text of the manifest; undefined when every document may run
 * @throws Error with a sentence that names the setting, when the manifest cannot be used
 */
export function readTrustedDocuments(text: string | undefined, maxTokens: number): TrustedDocuments | undefined {
  if (text === undefined) return undefined;
  const bodies = new Map<string, string>();
  for (const { id, body, name } of manifestIn(text).operations) {
    if (bodies.has(id)) throw new Error(`${SETTING}: expected each id once, got ${JSON.stringify(id)} twice.`);
    if (!isReadable(body, maxTokens)) {
      const expected = `GraphQL of at most ${maxTokens} tokens in the body of ${JSON.stringify(name)}`;
      throw new Error(`${SETTING}: expected ${expected}, got something else.`);
    }
    bodies.set(id, body);
  }
  return new TrustedDocuments(bodies, maxTokens);
}

function isReadable(body: string, maxTokens: number): boolean {
  try {
    return normal(body, maxTokens) !== '';
  } catch {
    return false;
  }
}

function manifestIn(text: string): z.infer<typeof manifestSchema> {
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch {
    throw new Error(`${SETTING}: expected a manifest as Apollo's tools write it, version 1, got something else.`);
  }
}
