import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Vite would take graphql's ES module for our imports and leave libraries its CommonJS one: two copies, whose schemas
  // do not know each other.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/**/*.test.ts'],
    sequence: { shuffle: true },
    // Most of the time tests wait for clocks, sockets and processes: more of them than there are cores fit side by side.
    maxWorkers: 4,
    testTimeout: 60_000,
    // Real servers, processes and clocks on a busy machine: what fails is tried once more, and is listed as such. Never
    // what was found by chance: a property or a schedule that failed once has failed.
    retry: { count: 1, condition: /^(?!.*(?:Property failed|INTERLEAVINGS_SEED))/s },
    hookTimeout: 30_000,
  },
});
