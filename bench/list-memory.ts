import { type Outside, preparePage } from './list-measure.ts';
import type { Memory } from './list-memory-process.ts';
import { PAGES } from './list-pages.ts';
import { startHelper } from './list-process.ts';

export type MemoryUse = { before: Memory; after: Memory };

type Options = {
  /** Where the providers are. */
  providers: string;
  sessions: number;
  /** Of the ledger. */
  folder: string;
  /** How many to ask for in between. */
  pages: number;
};

/** The memory of a gateway in a process of its own before and after pages of all kinds but those that look for the end. */
export async function memoryOf(outside: Outside, { providers, sessions, folder, pages }: Options): Promise<MemoryUse> {
  const gateway = await startHelper<object, Memory>('list-memory-process.ts', providers, String(sessions), folder);
  const url = String(gateway.started);
  const kinds = PAGES.filter(({ looksForEnd }) => !looksForEnd);
  const bodies: string[] = [];
  for (const kind of kinds) bodies.push((await preparePage(outside, url, sessions, kind)).body);
  const askForPages = async (count: number) => {
    for (const body of bodies) await outside.ask({ url, body, count: Math.ceil(count / bodies.length) });
  };
  await askForPages(pages / 4);
  const before = await gateway.ask({});
  await askForPages(pages);
  const after = await gateway.ask({});
  gateway.stop();
  return { before, after };
}
