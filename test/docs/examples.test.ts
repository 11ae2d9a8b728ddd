import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  buildSchema,
  type DocumentNode,
  extendSchema,
  type GraphQLSchema,
  isTypeSystemDefinitionNode,
  isTypeSystemExtensionNode,
  Kind,
  NoUnusedFragmentsRule,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { loadTypeDefs } from '../../schema/load.ts';
import { PROVIDER_NAMES } from '../../src/checkout/provider-name.ts';
import { ConfigError, readConfig } from '../../src/config.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const unique = (words: Iterable<string>): string[] => [...new Set(words)].sort();
/** What the first group finds, everywhere. */
const all = (pattern: RegExp, text: string): string[] => [...text.matchAll(pattern)].map(([, found = '']) => found);
/** The text from a heading to the next one of the same or a higher level. */
function section(markdown: string, heading: string): string {
  const [before, ...rest] = markdown.split(`\n${heading}\n`);
  if (before === undefined || rest.length !== 1) throw new Error(`Expected the heading "${heading}" once.`);
  const level = heading.indexOf(' ');
  return rest[0]?.split(new RegExp(`^#{1,${level}} `, 'm'))[0] ?? '';
}

const markdownFiles = globSync(['*.md', 'docs/**/*.md'], { cwd: ROOT }).sort();
/** Guides with examples. A decision of the past may show what is no longer so. */
const guides = markdownFiles.filter((path) => path === 'README.md' || /^docs\/[^/]+$/.test(path));

type Block = { file: string; line: number; language: string; title: string | undefined; text: string };

const FENCE = /^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$/gms;

const blocks: Block[] = guides.flatMap((file) => {
  const markdown = read(file);
  return [...markdown.matchAll(FENCE)].map(({ 1: language = '', 2: title, 3: text = '', index }) => {
    return { file, line: markdown.slice(0, index).split('\n').length + 1, language, title, text };
  });
});
const blocksOf = (language: string): Block[] => blocks.filter((block) => block.language === language);

const schema = buildSchema(loadTypeDefs().join('\n'));

/** What is wrong with a document of a guide; nothing when one could send it. A fragment alone is no mistake. */
function problemsOf(document: DocumentNode, against: GraphQLSchema): string[] {
  const isDefinition = document.definitions.some(
    (node) => isTypeSystemDefinitionNode(node) || isTypeSystemExtensionNode(node),
  );
  if (isDefinition) {
    extendSchema(against, document);
    return [];
  }
  const onlyFragments = document.definitions.every(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  const rules = onlyFragments ? specifiedRules.filter((rule) => rule !== NoUnusedFragmentsRule) : specifiedRules;
  return validate(against, document, rules).map(({ message }) => message);
}

describe('examples', () => {
  it.each(blocksOf('graphql'))('the GraphQL in $file, line $line, is valid', ({ text }) => {
    expect(problemsOf(parse(text), schema)).toEqual([]);
  });

  it.each(blocksOf('json'))('the JSON in $file, line $line, can be parsed', ({ text }) => {
    expect(() => JSON.parse(text)).not.toThrow();
  });

  it('are there at all', () => {
    const filesWith = (language: string) => blocksOf(language).map(({ file }) => file);
    expect(filesWith('graphql')).toEqual(expect.arrayContaining(['README.md', 'docs/querying.md', 'docs/sandbox.md']));
    expect(filesWith('json')).toEqual(expect.arrayContaining(['docs/errors.md', 'docs/operations.md']));
  });
});

/** Words in backquotes in the first column of the tables in a text. */
const firstColumn = (text: string): string[] =>
  all(/^\| *(`[^|]*)\|/gm, text).flatMap((cell) => all(/`([^`]+)`/g, cell));

/** The settings that are looked at with each way to tell callers, by whichever file; with keys, all of a provider are. */
function settingsRead(): string[] {
  const names = new Set<string>();
  const keys = Object.fromEntries(PROVIDER_NAMES.map((provider) => [`${provider}_API_KEY`, 'key']));
  for (const mode of ['none', 'api-key', 'jwt']) {
    const environment = new Proxy<NodeJS.ProcessEnv>(
      { ...keys, AUTH_MODE: mode, NODE_ENV: 'production' },
      {
        get(target, name: string) {
          names.add(name);
          return target[name];
        },
      },
    );
    // What is missing is told once all has been read.
    expect(() => readConfig(environment)).toThrow(ConfigError);
  }
  return unique(names);
}

describe('README.md', () => {
  it('has in its table the settings that the gateway reads, and no others', () => {
    expect(unique(firstColumn(section(read('README.md'), '## Settings')))).toEqual(settingsRead());
  });
});

describe('docs/operations.md', () => {
  const operations = read('docs/operations.md');

  it('has in its tables the settings that the gateway reads, and no others', () => {
    const settings = section(operations, '## Settings').split('\n### ')[0] ?? '';
    const ofCallers = section(operations, '### Who may ask');
    expect(unique(firstColumn(settings + ofCallers))).toEqual(settingsRead());
  });

  it('has in its table the metrics that the gateway counts, and no others', async () => {
    const metrics = createMetrics();
    // There only with Redis.
    metrics.watchRedis(() => true);
    const { text } = await metrics.render();
    const rendered = unique(all(/^# HELP (checkout_gateway\w*) /gm, text));
    expect(rendered).not.toEqual([]);
    expect(
      unique(firstColumn(section(operations, '## Metrics')).filter((word) => /^checkout_\w+$/.test(word))),
    ).toEqual(rendered);
  });
});

describe('docs/errors.md', () => {
  it('explains every code that there is, and no others', () => {
    const [, gatewaysOwn = ''] = read('src/checkout/errors.ts').match(/export type ErrorCode =(.*?);/s) ?? [];
    const [, ofRequests = ''] = read('src/server/public-error.ts').match(/new Map\(\[(.*?)\n\]\)/s) ?? [];
    const [, ofRefusals = ''] = read('src/server/refusal.ts').match(/type RefusalCode =(.*?);/s) ?? [];
    const codes = unique([
      ...all(/'(\w+)'/g, gatewaysOwn),
      ...all(/, '(\w+)'\]/g, ofRequests),
      ...all(/'(\w+)'/g, ofRefusals),
    ]);
    expect(codes).toEqual(
      expect.arrayContaining(['BAD_USER_INPUT', 'UPSTREAM_TIMEOUT', 'GRAPHQL_PARSE_FAILED', 'INTERNAL_SERVER_ERROR']),
    );

    const text = section(read('docs/errors.md'), '## Codes');
    expect(unique(all(/^### `(\w+)`$/gm, text))).toEqual(codes);
    expect(unique(all(/^\| \[`(\w+)`\]/gm, text))).toEqual(codes);
  });
});

/** As GitHub makes anchors of headings. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');

const withoutCode = (markdown: string): string => markdown.replace(FENCE, '').replace(/`[^`\n]*`/g, '');

const links = markdownFiles.flatMap((file) =>
  all(/\]\(([^)\s]+)\)/g, withoutCode(read(file)))
    .filter((target) => !/^[a-z][a-z+.-]*:/i.test(target))
    .map((target) => ({ file, target })),
);

describe('links', () => {
  it.each(links)('in $file, $target is there', ({ file, target }) => {
    const [path = '', anchor] = target.split('#');
    const full = path === '' ? file : join(dirname(file), path);
    expect(existsSync(join(ROOT, full)), full).toBe(true);
    if (anchor === undefined) return;
    expect(all(/^#+ (.+)$/gm, read(full).replace(FENCE, '')).map(anchorOf)).toContain(anchor);
  });

  it.each(['docs/architecture.md', 'docs/operations.md'])('and the files that %s names are there', (file) => {
    const names = unique(all(/`((?:src|resolvers|sandbox|schema|docs)\/[\w./-]*)`/g, read(file)));
    expect(names).not.toEqual([]);
    expect(names.filter((name) => !existsSync(join(ROOT, name)))).toEqual([]);
  });
});
