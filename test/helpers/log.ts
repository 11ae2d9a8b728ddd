import { createLog, type Log } from '../../src/telemetry/log.ts';

/** The gateway's own log, its lines kept for the test to look at. */
export function recordLog(secrets: readonly string[] = []): { log: Log; lines: string[] } {
  const lines: string[] = [];
  return { log: createLog({ level: 'debug', secrets, destination: { write: (line) => lines.push(line) } }), lines };
}
