import { jsonAnswer } from './answer.ts';
import { prefersHtml } from './media-type.ts';
import type { Route } from './route.ts';

/** The way in for who opens the bare address: people to the explorer, when there is one, programs to a list of paths. */
export const indexRoute = (paths: Readonly<Record<string, string>>, explorer: string | undefined): Route => ({
  path: '/',
  methods: ['GET', 'HEAD'],
  answer: ({ request }) =>
    explorer !== undefined && prefersHtml(request.headers.accept)
      ? { status: 302, headers: { location: explorer, vary: 'accept' }, body: '' }
      : jsonAnswer(200, { paths }, { vary: 'accept' }),
});
