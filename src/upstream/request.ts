/** What a provider's client asks for. */
export type UpstreamRequest = {
  method: 'GET' | 'POST' | 'DELETE';
  /** Below the base URL, ids already escaped by `pathSegment`: `/checkout/sessions/cs_1`. */
  path: string;
  /** The path with placeholders, for logs and metrics: `/checkout/sessions/{id}`. */
  route: string;
  /** Names and values as they are meant; they get escaped here. */
  query?: ReadonlyArray<readonly [string, string]>;
  headers?: Record<string, string>;
  json?: unknown;
  /** A read may be sent again and given up; a change is sent once and left to finish. */
  kind: 'read' | 'change';
};

/**
 * What the provider said: a status of the 200s, or one of those 4xx that a provider's client has to understand itself
 * (all but 401, 403, 408 and 429).
 */
export type UpstreamAnswer = {
  status: number;
  /** Parsed JSON; undefined when there was no body or, for a 4xx, none that is JSON. */
  body: unknown;
  text: string;
};
