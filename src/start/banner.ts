import type { ProviderName } from '../checkout/session.ts';
import { hasSandbox } from '../server/index.ts';
import type { Sandboxed } from './sandboxed.ts';

/** The one screen that a newcomer sees: where things are, and a question to ask. */
export function banner(url: string, { exampleQuery, controlUrl, config }: Sandboxed): string {
  const enabled = Object.keys(config.providers) as ProviderName[];
  const lines = [
    '',
    '  checkout-gateway',
    '',
    `  GraphQL      ${url}/graphql${hasSandbox(config) ? '   (open it in a browser: Apollo Sandbox)' : ''}`,
    ...(config.introspection ? [`  Explorer     ${url}/graphiql   (works without internet)`] : []),
    `  Health       ${url}/readyz   Metrics ${url}/metrics`,
    '',
    controlUrl
      ? '  Providers    Flexprice, Meteroid and Flex are all SANDBOXED: no provider key is set, so three made-up\n' +
        '               servers in this process answer. Customers pay and sessions expire as time goes by.\n' +
        `               Their control surface: ${controlUrl}`
      : `  Providers    ${enabled.join(', ')} (live; nothing is sandboxed)`,
    '',
    '  A first query to paste:',
    '',
    ...exampleQuery.split('\n').map((line) => (line === '' ? '' : `    ${line}`)),
    '',
    '  Ctrl-C stops.',
    '',
    '',
  ];
  return lines.join('\n');
}
