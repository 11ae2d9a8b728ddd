import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { isTooDeep, MAX_JSON_LEVELS } from './json-depth.ts';
import { Refusal } from './refusal.ts';

/** Bytes. Far above any document that a person or a code generator writes. */
export const MAX_BODY_BYTES = 256 * 1024;

/** The client closed the connection before its request was complete: there is nobody to answer. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';
}

/**
 * The JSON value in the body of a request.
 *
 * @throws Refusal with 413, 415 or 400
 * @throws ClientGone
 */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  refuseEncodings(request.headers['content-encoding']);
  refuseOtherTypes(request.headers['content-type']);
  const bytes = await readBytes(request, MAX_BODY_BYTES);
  if (!isUtf8(bytes)) throw new Refusal(400, 'The body must be UTF-8, and it holds bytes that are not.');
  const value = parsed(bytes.toString('utf8'));
  if (!isTooDeep(value)) return value;
  throw new Refusal(400, `The body may be nested ${MAX_JSON_LEVELS} levels deep at most, and it goes deeper.`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, 'The body must be JSON, and it cannot be parsed.');
  }
}

/**
 * The body of a request as it was sent, whatever it calls itself.
 *
 * @throws Refusal with 413 or 415
 * @throws ClientGone
 */
export function readRaw(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  refuseEncodings(request.headers['content-encoding']);
  return readBytes(request, maxBytes);
}

/** Compressed bodies are turned away: a small one can unpack to any size. */
function refuseEncodings(encoding: string | undefined): void {
  if (encoding === undefined || encoding.trim().toLowerCase() === 'identity') return;
  throw new Refusal(415, 'The body must be sent uncompressed, and it came with a content-encoding.', {
    headers: { 'accept-encoding': 'identity' },
  });
}

const JSON_MEDIA_TYPE = /^\s*application\/json\s*(?:;|$)/i;
const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]*)/i;

function refuseOtherTypes(contentType = ''): void {
  if (contentType === 'application/json') return;
  const charset = CHARSET.exec(contentType)?.[1] ?? 'utf-8';
  if (JSON_MEDIA_TYPE.test(contentType) && /^utf-?8$/i.test(charset)) return;
  throw new Refusal(415, 'The body must be sent as content-type application/json in UTF-8.', {
    headers: { 'accept-post': 'application/json' },
  });
}

const tooLarge = (maxBytes: number) =>
  new Refusal(413, `The body may have ${maxBytes} bytes at most, and it has more.`, { hangUp: true });

/** Counts what comes, whatever content-length says: a chunked body has none. */
function readBytes(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  // Nothing would tell of its end any more.
  if (request.destroyed) return Promise.reject(new ClientGone());
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return Promise.reject(tooLarge(maxBytes));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes) {
        chunks.push(chunk);
        return;
      }
      chunks.length = 0;
      reject(tooLarge(maxBytes));
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', () => reject(new ClientGone()));
  });
}
