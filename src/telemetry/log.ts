import { type Logger, pino } from 'pino';

/** Where the gateway tells operators what happens: one JSON object a line, on standard output. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

type LogOptions = {
  level: LogLevel;
  /**
   * Texts that must never appear in a line: provider keys, secrets, upstream addresses. No code logs them; this is the
   * net below, for the day a library's error text holds one.
   */
  secrets?: readonly string[];
  /** @default process.stdout */
  destination?: { write(line: string): void };
};

// A shorter one would be found in half of all words; no provider gives such keys.
const SHORTEST_SECRET = 6;

export function createLog({ level, secrets = [], destination }: LogOptions): Log {
  // In a line a secret stands as JSON writes it.
  const written = secrets.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]);
  const hidden = [...new Set(written)]
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .sort((a, b) => b.length - a.length);
  const scrub = (line: string) => hidden.reduce((text, secret) => text.replaceAll(secret, '[redacted]'), line);
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, hooks: { streamWrite: scrub } },
    destination ?? process.stdout,
  );
}
