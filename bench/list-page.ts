import { cpuMicroseconds, median } from './cpu.ts';
import { fillIndex, makeFolder, startListGateway } from './list-gateway.ts';
import { type MeasuredPage, measure, measuredTask, type Outside, preparePage } from './list-measure.ts';
import { type MemoryUse, memoryOf } from './list-memory.ts';
import { MERGE_AND_ALL, MERGE_AND_ENDS, MERGE_TASKS, startCachedGateway } from './list-merge.ts';
import { FIRST, PAGES, QUERY_WITH_CURSORS } from './list-pages.ts';
import { startHelper } from './list-process.ts';
import { meteroidBodies } from './list-world.ts';

// What a page of the merged list costs the gateway, over real HTTP, with few and with many sessions behind it.

const SMALL = 1_000;
const LARGE = 100_000;
const METEROID = 1_000;
/** The most that many sessions may cost, as a multiple of what few do. */
const TARGET = 1.3;
/** The most that merging and cursors may be of a warm page. */
const MERGE_TARGET = 0.15;
const OPTIONS = { rounds: 9, roundMs: 200 };
const PAGES_FOR_MEMORY = 2_000;

const outside: Outside = await startHelper('list-outside-process.ts');
const providers = String(outside.started);

async function startWorld(sessions: number, meteroid = 0) {
  const folder = makeFolder();
  const gateway = await startListGateway(providers, { sessions, meteroid }, folder);
  await fillIndex(folder, sessions);
  return { gateway, url: gateway.url, folder };
}

const few = await startWorld(SMALL);
const many = await startWorld(LARGE);
const withMeteroid = await startWorld(SMALL, METEROID);
const cached = await startCachedGateway();

const pairs: { few: MeasuredPage; many: MeasuredPage; looksForEnd: boolean }[] = [];
for (const kind of PAGES) {
  pairs.push({
    few: await preparePage(outside, few.url, SMALL, kind),
    many: await preparePage(outside, many.url, LARGE, kind),
    looksForEnd: kind.looksForEnd ?? false,
  });
}
const meteroidPage = await preparePage(outside, withMeteroid.url, SMALL, FIRST);
const cachedPage = await preparePage(outside, cached.url, SMALL, FIRST);
const cachedEdges = await preparePage(outside, cached.url, SMALL, { ...FIRST, query: QUERY_WITH_CURSORS });
const mergeTasks = MERGE_TASKS.map(measuredTask);

await measure([...pairs.flatMap(({ few, many }) => [few, many]), meteroidPage], OPTIONS);
await measure([cachedPage, cachedEdges, ...mergeTasks], OPTIONS);
for (const { gateway } of [few, many, withMeteroid]) await gateway.stop(0);
await cached.stop(0);

const memoryFew = await memoryOf(outside, { providers, sessions: SMALL, folder: few.folder, pages: PAGES_FOR_MEMORY });
const memoryMany = await memoryOf(outside, {
  providers,
  sessions: LARGE,
  folder: many.folder,
  pages: PAGES_FOR_MEMORY,
});
outside.stop();

const write = (...lines: string[]) => process.stdout.write(`${lines.join('\n')}\n`);
const row = (name: string, ...cells: string[]) =>
  `${name.padEnd(36)}${cells.map((cell) => cell.padStart(12)).join('')}`;
const milliseconds = (ms: number) => `${ms.toFixed(2)} ms`;
const microseconds = (ms: number) => `${(ms * 1000).toFixed(1)} µs`;
const mebibytes = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
const judge = (met: boolean) => (met ? 'met' : 'missed');

const pageRows = pairs.map(({ few, many }) => ({
  name: few.name,
  cells: [few, many].map(({ samples }) => milliseconds(median(samples))),
  // Of neighbours in time, so that it does not matter when the machine was slow.
  ratio: median(few.samples.map((cost, round) => (many.samples[round] ?? Number.NaN) / cost)),
}));
const memoryRow = (name: string, read: (use: MemoryUse) => number) => {
  const [small, large] = [read(memoryFew), read(memoryMany)];
  return { name, cells: [mebibytes(small), mebibytes(large)], ratio: large / small };
};
const rows = [
  ...pageRows,
  memoryRow(`heap after ${PAGES_FOR_MEMORY} pages`, ({ after }) => after.heap),
  memoryRow('resident memory, at most', ({ after }) => after.peakResident),
];

write(
  'CPU time of the gateway for a page of 50 sessions with 15 fields, over HTTP; as many sessions at Flex as in the index.',
  `Node ${process.versions.node}; median of ${OPTIONS.rounds} rounds that take turns; ratio: median of theirs.`,
  '',
  row('', SMALL.toLocaleString('en'), LARGE.toLocaleString('en'), 'ratio'),
  ...rows.map(({ name, cells, ratio }) => row(name, ...cells, ratio.toFixed(2))),
  '',
);

const missed = rows.filter(({ ratio }) => ratio >= TARGET);
write(
  `target: every ratio under ${TARGET} — ${judge(missed.length === 0)}` +
    missed.map(({ name, ratio }) => `; ${name}: ${ratio.toFixed(2)}`).join(''),
);

const growth = ({ before, after }: MemoryUse) => {
  const each = (after.heap - before.heap) / PAGES_FOR_MEMORY;
  return `${mebibytes(before.heap)} to ${mebibytes(after.heap)} (${each.toFixed(0)} bytes a page)`;
};
write(`heap over ${PAGES_FOR_MEMORY} pages: ${growth(memoryFew)} with few sessions, ${growth(memoryMany)} with many`);

for (const { few, many } of pairs.filter(({ looksForEnd }) => looksForEnd)) {
  const most = [SMALL, LARGE].map((sessions) => Math.floor(2 * Math.log2(sessions) + 3));
  const calls = [few.flexCalls, many.flexCalls];
  const met = calls.every((count, index) => count <= (most[index] ?? 0));
  write(
    `calls to Flex, ${few.name}: ${calls.join(' and ')}; target: at most ${most.join(' and ')}, 2·log2(n) + 3 — ${judge(met)}`,
  );
}

const first = median(pairs[0]?.few.samples ?? []);
const meteroidText = JSON.stringify({ sessions: meteroidBodies(METEROID) });
const json = cpuMicroseconds([{ name: 'JSON', run: () => JSON.parse(meteroidText) }], { rounds: 21, roundMs: 20 });
write(
  `first page with ${METEROID.toLocaleString('en')} sessions at Meteroid: ` +
    `${milliseconds(median(meteroidPage.samples) - first)} more; JSON.parse of their ` +
    `${Math.round(meteroidText.length / 1024)} KiB alone: ${milliseconds((json.get('JSON') ?? Number.NaN) / 1000)}`,
  '',
);

/** What part merging is of a page, and of the same page when all of it comes from memory. */
const shares = mergeTasks.map(({ name, samples }) => {
  const fromMemory = median((name === MERGE_AND_ALL ? cachedEdges : cachedPage).samples);
  return { name, cost: median(samples), ofFirst: median(samples) / first, ofCached: median(samples) / fromMemory };
});
const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
write(
  row('a page of 50, merged', 'CPU', 'first page', 'from memory'),
  ...shares.map(({ name, cost, ofFirst, ofCached }) =>
    row(name, microseconds(cost), percent(ofFirst), percent(ofCached)),
  ),
  row('first page from memory', milliseconds(median(cachedPage.samples))),
  row('the same with every cursor', milliseconds(median(cachedEdges.samples))),
  '',
);
for (const { name, ofFirst, ofCached } of shares.filter(({ name }) => [MERGE_AND_ENDS, MERGE_AND_ALL].includes(name))) {
  write(
    `target: ${name}: under ${MERGE_TARGET * 100} % of the first page — ${judge(ofFirst < MERGE_TARGET)}; ` +
      `of one from memory — ${judge(ofCached < MERGE_TARGET)}`,
  );
}
