import type { IncomingMessage } from 'node:http';
import type { Answer } from './answer.ts';

/** A request on its way through a route. */
export type Exchange = {
  request: IncomingMessage;
  requestId: string;
  /** The query string with its question mark, or nothing. */
  search: string;
};

/** A path and what answers there. Throws Refusal for what the caller did wrong. */
export type Route = {
  path: string;
  /** As the `Allow` header lists them. */
  methods: readonly string[];
  answer(exchange: Exchange): Answer | Promise<Answer>;
};
