/**
 * The Sandbox is loaded from Apollo's servers. Who cannot reach them sees the page's sentence about that, and here the
 * way to the explorer that needs nobody; the place kept for the Sandbox must not lie over the link while it is empty.
 */
export const withOfflineHint = (html: string): string =>
  html
    .replace('you might be offline.', 'you might be offline. <a href="/graphiql">GraphiQL</a> needs no internet.')
    .replace('#embeddableSandbox {', '#embeddableSandbox:empty { display: none; }\n  #embeddableSandbox {');
