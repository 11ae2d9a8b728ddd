/** What one document may be, and what answering it may cost. */
export type QueryLimits = {
  tokens: number;
  /** Characters of a name: answers repeat aliases for each object of a list, and errors in their paths and sentences. */
  nameLength: number;
  /** Fields inside fields, the innermost included. */
  depth: number;
  /** Fields under another name, and fields that stand again where they stand already. */
  aliases: number;
  /** Fields at the top of an operation. */
  rootFields: number;
  directives: number;
  /** Points: one is about one call to a provider. */
  cost: number;
};

export type LimitName = keyof QueryLimits;

/** Several times what clients' code generators write for one screen. */
export const DEFAULT_LIMITS: QueryLimits = {
  tokens: 2000,
  nameLength: 100,
  depth: 12,
  aliases: 30,
  rootFields: 30,
  directives: 50,
  cost: 2000,
};

/** Those that are left out have their defaults. */
export type ChosenLimits = { [Name in LimitName]?: number | undefined };

export function queryLimitsOf(chosen: ChosenLimits = {}): QueryLimits {
  const limits = { ...DEFAULT_LIMITS };
  for (const name of Object.keys(limits) as LimitName[]) limits[name] = chosen[name] ?? limits[name];
  return limits;
}

/**
 * Levels that may be asked of the schema itself, whatever the limit for everything else is: the query that GraphiQL,
 * Apollo Sandbox and code generators send goes 15 levels down. It cannot get wide there: GraphQL's own rules see to it.
 */
export const INTROSPECTION_DEPTH = 20;

/**
 * Points for one field of one object, for the work of the gateway itself. So a document whose fragments multiply costs
 * too much even where nothing in it is a call.
 */
export const FIELD_POINTS = 0.01;
