import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Connection, listSessions } from '../../src/listing/connection.ts';
import { second, session, World } from './world.ts';

const idsOf = (sessions: readonly { providerId: string }[]) => sessions.map(({ providerId }) => providerId);
const nodesOf = ({ edges }: Connection) => edges.map(({ node }) => node);

// Few moments, so that many sessions share one.
const moment = fc.oneof(
  { arbitrary: fc.integer({ min: 0, max: 12 }), weight: 9 },
  { arbitrary: fc.constant(null), weight: 1 },
);
const times = (maxLength: number) => fc.array(moment, { maxLength });
const newestFirst = (list: (number | null)[]) => [...list].sort((a, b) => (b ?? -1) - (a ?? -1));

type Times = { paged: (number | null)[]; whole: (number | null)[]; indexed: (number | null)[] };

function worldOf({ paged, whole, indexed }: Times): World {
  const world = new World();
  const at = (time: number | null) => (time === null ? null : second(time));
  world.paged = paged.map((time, index) => session('FLEX', `f${index}`, at(time)));
  world.whole = whole.map((time, index) => session('METEROID', `m${index}`, at(time)));
  // The index has an order of its own: by time, then by id from the greatest.
  world.indexed = newestFirst(indexed).map((time, index) =>
    session('FLEXPRICE', `p${String(99 - index).padStart(2, '0')}`, at(time)),
  );
  return world;
}

const ordered = fc.record({ paged: times(30).map(newestFirst), whole: times(20).map(newestFirst), indexed: times(20) });
// A list in an order of its own is seen whole by a page that goes backward only as far as that page reads.
const odd = fc.record({ paged: times(12), whole: times(12), indexed: times(12) });
const size = fc.integer({ min: 1, max: 9 });

describe('walking the list', () => {
  const step = fc.record({ forward: fc.boolean(), size: fc.integer({ min: 0, max: 9 }), edge: fc.nat() });

  it.each([
    ['in order', ordered],
    ['in odd orders', odd],
  ])('with lists %s: any page from any edge, both ways, is the right stretch', async (_, lists) => {
    await fc.assert(
      fc.asyncProperty(
        lists,
        fc.boolean(),
        fc.array(step, { minLength: 1, maxLength: 8 }),
        async (timesOfAll, fromEnd, steps) => {
          const world = worldOf(timesOfAll);
          const expected = idsOf(world.merged());
          let page = await world.list(fromEnd ? { last: 7 } : { first: 7 });
          expect(idsOf(nodesOf(page))).toEqual(fromEnd ? expected.slice(-7) : expected.slice(0, 7));
          for (const { forward, size: count, edge: pick } of steps) {
            const edge = page.edges[pick % Math.max(1, page.edges.length)];
            if (!edge) break;
            const at = expected.indexOf(edge.node.providerId);
            page = await world.list(
              forward ? { first: count, after: edge.cursor } : { last: count, before: edge.cursor },
            );
            const [start, end] = forward
              ? [at + 1, Math.min(at + 1 + count, expected.length)]
              : [Math.max(0, at - count), at];
            expect(idsOf(nodesOf(page))).toEqual(expected.slice(start, end));
            expect(page.pageInfo).toMatchObject({ hasNextPage: end < expected.length, hasPreviousPage: start > 0 });
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('forward shows everything once and in order, however the pages are cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(ordered, odd), fc.array(size, { minLength: 1 }), async (lists, sizes) => {
        const world = worldOf(lists);
        expect(await walk(world, sizes, 'forward')).toEqual(idsOf(world.merged()));
      }),
    );
  });

  it('backward shows everything once and in order, however the pages are cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(ordered, odd), fc.array(size, { minLength: 1 }), async (lists, sizes) => {
        const world = worldOf(lists);
        expect(await walk(world, sizes, 'backward')).toEqual(idsOf(world.merged()));
      }),
    );
  });

  it.each(['forward', 'backward'] as const)(
    '%s never doubles or loses a session while others are created',
    async (direction) => {
      await fc.assert(
        fc.asyncProperty(
          ordered,
          fc.array(size, { minLength: 1 }),
          fc.array(fc.integer({ min: 0, max: 2 })),
          async (lists, sizes, created) => {
            const world = worldOf(lists);
            const before = idsOf(world.merged());
            let number = 0;
            const seen = await walk(world, sizes, direction, () => {
              const which = created[number++];
              const name = `new${number}`;
              if (which === 0) world.paged.unshift(session('FLEX', name, second(1000 + number)));
              if (which === 1) world.whole.unshift(session('METEROID', name, second(1000 + number)));
              if (which === 2) world.indexed.unshift(session('FLEXPRICE', name, second(1000 + number)));
            });
            expect(new Set(seen).size).toBe(seen.length);
            expect(seen.filter((id) => !id.startsWith('new'))).toEqual(before);
          },
        ),
      );
    },
  );

  it.each(['forward', 'backward'] as const)(
    '%s loses nothing of a list that fails at any point and returns',
    async (direction) => {
      await fc.assert(
        fc.asyncProperty(
          ordered,
          fc.array(size, { minLength: 1 }),
          fc.array(fc.nat({ max: 7 })),
          async (lists, sizes, failures) => {
            const world = worldOf(lists);
            let number = 0;
            const seen = await walk(world, sizes, direction, () => {
              const failing = failures[number++] ?? 0;
              world.down.clear();
              for (const [bit, name] of (['FLEX', 'METEROID', 'FLEXPRICE'] as const).entries())
                if (failing & (1 << bit)) world.down.add(name);
            });
            expect([...seen].sort()).toEqual(idsOf(world.merged()).sort());
          },
        ),
      );
    },
  );

  it.each(['forward', 'backward'] as const)(
    '%s goes on without a gap where the session of a cursor is gone',
    async (direction) => {
      await fc.assert(
        fc.asyncProperty(
          ordered,
          fc.array(size, { minLength: 1 }),
          fc.array(fc.nat({ max: 3 })),
          async (lists, sizes, removals) => {
            const world = worldOf({
              ...lists,
              paged: lists.paged.filter((time) => time !== null),
              whole: lists.whole.filter((time) => time !== null),
            });
            const removed = new Set<string>();
            let number = 0;
            const seen = await walk(world, sizes, direction, (page) => {
              // Of each page the sessions at its ends go, up to three of them: those are what cursors hang on.
              const ends =
                direction === 'forward'
                  ? page.edges.slice(-(removals[number++] ?? 0) || page.edges.length)
                  : page.edges.slice(0, removals[number++] ?? 0);
              for (const { node } of ends) removed.add(node.providerId);
              world.paged = world.paged.filter(({ providerId }) => !removed.has(providerId));
              world.whole = world.whole.filter(({ providerId }) => !removed.has(providerId));
            });
            expect(new Set(seen).size).toBe(seen.length);
            expect([...seen].sort()).toEqual([...new Set([...idsOf(world.merged()), ...removed])].sort());
          },
        ),
      );
    },
  );
});

describe('a list that has to be looked through', () => {
  it.each(['forward', 'backward'] as const)(
    '%s gives every match once, however far apart, and ends',
    async (direction) => {
      await fc.assert(
        fc.asyncProperty(
          fc.uniqueArray(fc.nat(1299), { maxLength: 6 }),
          fc.uniqueArray(fc.nat(699), { maxLength: 6 }),
          size,
          async (flex, entries, count) => {
            const world = new World();
            world.paged = Array.from({ length: 1300 }, (_, index) =>
              session('FLEX', `f${index}`, second(5000 - index)),
            );
            world.sparse = ({ providerId }) => flex.includes(Number(providerId.slice(1)));
            world.indexed = Array.from({ length: 700 }, (_, index) =>
              session('FLEXPRICE', `p${String(999 - index)}`, second(4000 - index)),
            );
            for (const [index, { providerId }] of world.indexed.entries())
              if (!entries.includes(index)) world.gone.add(providerId);
            expect(await walk(world, [count], direction)).toEqual(idsOf(world.merged()));
          },
        ),
        { numRuns: 40 },
      );
    },
  );
});

describe('what random walks once found', () => {
  it('a list that failed as the edge of a cursor began again at the end', async () => {
    const world = worldOf({ paged: [0], whole: [], indexed: [0] });
    let page = 0;
    const seen = await walk(world, [1], 'backward', () => {
      world.down.clear();
      if (page++ === 0) world.down.add('FLEXPRICE');
    });
    expect(seen).toEqual(['f0', 'p99']);
  });

  it('a list that held the others up while it was looked through ended the walk', async () => {
    const world = new World();
    world.paged = Array.from({ length: 1300 }, (_, index) => session('FLEX', `f${index}`, second(5000 - index)));
    world.sparse = ({ providerId }) => providerId === 'f500';
    world.indexed = [session('FLEXPRICE', 'p1', second(3000))];
    expect(await walk(world, [1], 'forward')).toEqual(['f500', 'p1']);
  });

  it('an offset of nothing skipped the first session of a list alone', async () => {
    const world = worldOf({ paged: [3, 2, 1], whole: [], indexed: [] });
    const alone = world.providers().slice(0, 1);
    const { edges } = await listSessions(alone, 'f', { first: 2, offset: 0 });
    expect(idsOf(edges.map(({ node }) => node))).toEqual(['f0', 'f1']);
  });
});

describe('offset', () => {
  it('leaves out as many as it says, also where entries of the index do not belong any more', async () => {
    await fc.assert(
      fc.asyncProperty(
        ordered,
        fc.array(fc.boolean(), { maxLength: 20 }),
        fc.nat(40),
        size,
        async (lists, gone, offset, count) => {
          const world = worldOf(lists);
          for (const [index, { providerId }] of world.indexed.entries()) if (gone[index]) world.gone.add(providerId);
          const page = await world.list({ first: count, offset });
          expect(idsOf(nodesOf(page))).toEqual(idsOf(world.merged()).slice(offset, offset + count));
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('a long list whose anchor is gone', () => {
  const long = (time: (index: number) => string | null) => {
    const world = new World();
    world.paged = Array.from({ length: 1200 }, (_, index) => session('FLEX', `f${index}`, time(index)));
    return world;
  };
  const withoutEdge = async (world: World, first: number, edge: number) => {
    const { edges } = await world.list({ last: first });
    const gone = edges[edge];
    world.paged = world.paged.filter((one) => one !== gone?.node);
    return gone?.cursor;
  };

  it('goes on among sessions that tell no time', async () => {
    const world = long((index) => (index < 1180 ? second(5000 - index) : null));
    const after = await withoutEdge(world, 20, 9);
    expect(idsOf(nodesOf(await world.list({ first: 5, after })))).toEqual([
      'f1190',
      'f1191',
      'f1192',
      'f1193',
      'f1194',
    ]);
  });

  it('goes back from among many of one moment, and shows that there is more', async () => {
    const world = long((index) => second(5000 - Math.min(index, 1000)));
    const before = await withoutEdge(world, 100, 0);
    const { pageInfo, edges } = await world.list({ last: 5, before });
    expect(edges.length).toBeGreaterThan(0);
    expect(pageInfo.hasPreviousPage).toBe(true);
  });
});

describe('an index', () => {
  it('loads only what is on the page, and one more to know what follows', async () => {
    const world = worldOf({ paged: [9, 7, 5, 3], whole: [8, 6], indexed: [4, 3, 2, 1, 0, 0, 0, 0] });
    const { edges } = await world.list({ first: 6 });
    expect(idsOf(edges.map(({ node }) => node))).toEqual(['f0', 'm0', 'f1', 'm1', 'f2', 'p99']);
    expect(world.loads).toBeLessThanOrEqual(2);
  });
});

describe('a page between two cursors', () => {
  it('is what stands between them, whichever comes first and whatever is gone', async () => {
    const removal = fc.record({ after: fc.boolean(), before: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(
        ordered,
        fc.nat(),
        fc.nat(),
        size,
        fc.boolean(),
        removal,
        async (lists, a, b, count, backward, removed) => {
          const world = worldOf({
            ...lists,
            paged: lists.paged.filter((time) => time !== null),
            whole: lists.whole.filter((time) => time !== null),
          });
          const all = await world.list({ first: 100 });
          fc.pre(all.edges.length > 0);
          const [from, to] = [a % all.edges.length, b % all.edges.length];
          const gone = new Set([
            ...(removed.after ? [all.edges[from]?.node.providerId] : []),
            ...(removed.before ? [all.edges[to]?.node.providerId] : []),
          ]);
          world.paged = world.paged.filter(({ providerId }) => !gone.has(providerId));
          world.whole = world.whole.filter(({ providerId }) => !gone.has(providerId));
          const between = idsOf(nodesOf(all))
            .slice(from + 1, Math.max(from + 1, to))
            .filter((id) => !gone.has(id) || id.startsWith('p'));
          const cursors = { after: all.edges[from]?.cursor, before: all.edges[to]?.cursor };
          const page = await world.list(backward ? { last: count, ...cursors } : { first: count, ...cursors });
          expect(idsOf(nodesOf(page))).toEqual(backward ? between.slice(-count) : between.slice(0, count));
        },
      ),
      { numRuns: 400 },
    );
  });
});

/** Ids of all sessions in list order, as a client meets them that goes on until there is nothing more. */
async function walk(
  world: World,
  sizes: readonly number[],
  direction: 'forward' | 'backward',
  between: (page: Connection) => void = () => {},
) {
  const seen: string[] = [];
  let cursor: string | null = null;
  for (let number = 0; number < 500; number++) {
    const count = sizes[number % sizes.length] ?? 1;
    let page: Connection;
    try {
      page = await world.list(
        direction === 'forward' ? { first: count, after: cursor } : { last: count, before: cursor },
      );
    } catch {
      // Every list that was asked failed: the client tries the same again.
      world.down.clear();
      continue;
    }
    const { hasNextPage, hasPreviousPage, endCursor, startCursor } = page.pageInfo;
    if (direction === 'forward') seen.push(...idsOf(nodesOf(page)));
    else seen.unshift(...idsOf(nodesOf(page)));
    if (direction === 'forward' ? !hasNextPage : !hasPreviousPage) return seen;
    cursor = (direction === 'forward' ? endCursor : startCursor) ?? cursor;
    between(page);
  }
  throw new Error('the walk did not end');
}
