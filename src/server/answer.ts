import type { OutgoingHttpHeaders } from 'node:http';

/** What a route answers; the headers that every answer carries are added when it is sent. */
export type Answer = {
  status: number;
  headers: OutgoingHttpHeaders;
  body: string | Buffer;
  /** Close the connection after this answer, because the rest of the request is not wanted. */
  hangUp?: boolean;
  /** Called once, when the client has the whole answer or is gone. */
  onClosed?: () => void;
};

export const JSON_TYPE = 'application/json; charset=utf-8';

export const jsonAnswer = (status: number, value: unknown, headers: OutgoingHttpHeaders = {}): Answer => ({
  status,
  headers: { 'content-type': JSON_TYPE, ...headers },
  body: `${JSON.stringify(value)}\n`,
});
