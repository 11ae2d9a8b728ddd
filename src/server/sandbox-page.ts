import { contentSecurityPolicy, LEAST } from './headers.ts';

/** Where Apollo keeps the script of the Sandbox, its page, and what stands around it. */
const SCRIPTS = 'https://embeddable-sandbox.cdn.apollographql.com';
const FRAME = 'https://sandbox.embed.apollographql.com';
const SURROUNDINGS = 'https://apollo-server-landing-page.cdn.apollographql.com';

/**
 * What the page may do: show the Sandbox in a frame, and ask the gateway for it. Its own scripts are known by the nonce
 * that Apollo Server gives them anew each time.
 */
export function sandboxHeaders(html: string): Record<string, string> {
  const nonce = /<script nonce="([\w-]+)"/.exec(html)?.[1] ?? '';
  return {
    'content-security-policy': contentSecurityPolicy({
      ...LEAST,
      'script-src': `'nonce-${nonce}' ${SCRIPTS}`,
      'style-src': `'nonce-${nonce}' ${SCRIPTS} https://fonts.googleapis.com`,
      'font-src': 'https://fonts.gstatic.com',
      'img-src': `${SURROUNDINGS} https://embeddable-explorer.cdn.apollographql.com`,
      'manifest-src': SURROUNDINGS,
      'frame-src': FRAME,
      'connect-src': "'self'",
    }),
    // It opens windows in which people log in at Apollo's, and these answer it.
    'cross-origin-opener-policy': 'same-origin-allow-popups',
  };
}

/**
 * The Sandbox is loaded from Apollo's servers. Who cannot reach them sees the page's sentence about that, and here the
 * way to the explorer that needs nobody; the place kept for the Sandbox must not lie over the link while it is empty.
 */
export const withOfflineHint = (html: string): string =>
  html
    .replace('you might be offline.', 'you might be offline. <a href="/graphiql">GraphiQL</a> needs no internet.')
    .replace('#embeddableSandbox {', '#embeddableSandbox:empty { display: none; }\n  #embeddableSandbox {');
