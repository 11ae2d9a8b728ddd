import type { Readable } from 'node:stream';
import { type BrotliDecompress, createBrotliDecompress, createUnzip, type Unzip } from 'node:zlib';
import type { BodyFault } from './transport.ts';

export type Body = { text: string; fault?: never } | { text: ''; fault: BodyFault };

/** What can be undone here; the request's `accept-encoding` promises just this. */
export const ACCEPTED_ENCODINGS = 'gzip, deflate, br';

/**
 * Reads a body as it comes, decompressed, and stops at the first byte beyond the limit: however small a bomb is packed,
 * no more than the limit is ever held.
 * @param encoding the header `content-encoding`
 * @param limit bytes after decompression
 */
export function readBody(source: Readable, encoding: string | undefined, limit: number): Promise<Body> {
  return new Promise((resolve) => {
    let decoder: Decoder | undefined;
    const chunks: Buffer[] = [];
    let size = 0;
    let settled = false;

    const settle = (body: Body) => {
      if (settled) return;
      settled = true;
      if (body.fault !== undefined) {
        source.destroy();
        decoder?.destroy();
      }
      resolve(body);
    };
    const fail = (fault: BodyFault) => settle({ text: '', fault });
    // Stays for as long as the stream lives: an error that nobody listens to would end the process.
    source.on('error', () => fail('truncated'));

    const packed = encoding !== undefined && encoding !== '' && encoding.toLowerCase() !== 'identity';
    decoder = packed ? decoderFor(encoding) : undefined;
    if (packed && !decoder) return fail('garbled');
    decoder?.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'Z_BUF_ERROR') fail('garbled');
      // Of nothing at all nothing is missing, though an archive of nothing would have some bytes.
      else if (decoder?.bytesWritten === 0) settle({ text: '' });
      else fail('truncated');
    });

    const plain = decoder ? source.pipe(decoder) : source;
    plain.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) fail('too-large');
      else chunks.push(chunk);
    });
    plain.once('end', () => settle(decode(chunks)));
    // A stream that is destroyed says neither `end` nor `error`.
    plain.once('close', () => fail('truncated'));
  });
}

type Decoder = Unzip | BrotliDecompress;

function decoderFor(encoding: string): Decoder | undefined {
  switch (encoding.toLowerCase()) {
    case 'gzip':
    case 'x-gzip':
    case 'deflate':
      return createUnzip();
    case 'br':
      return createBrotliDecompress();
    default:
      return undefined;
  }
}

function decode(chunks: readonly Buffer[]): Body {
  const [first, second] = chunks;
  if (!first) return { text: '' };
  try {
    return { text: utf8.decode(second ? Buffer.concat(chunks) : first) };
  } catch {
    return { text: '', fault: 'garbled' };
  }
}

/** Broken UTF-8 is an error rather than replacement characters: an id with one in it would be another id. */
const utf8 = new TextDecoder('utf-8', { fatal: true });
