import type { IncomingMessage } from 'node:http';
import type { Answer } from './answer.ts';
import type { StandingRefusal } from './standing-refusal.ts';

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
  /** Why no request is taken now, whatever it is; asked before anything of one is looked at. @default all are taken */
  refusal?(request: IncomingMessage): StandingRefusal | undefined;
  answer(exchange: Exchange): Answer | Promise<Answer>;
};
