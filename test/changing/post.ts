import type { GraphQLAnswer } from '../helpers/gateway.ts';

/** Sends a document to a gateway, wherever it runs. */
export async function postTo(
  url: string,
  query: string,
  variables?: Record<string, unknown>,
  { headers, signal }: { headers?: Record<string, string>; signal?: AbortSignal } = {},
): Promise<{ answer: GraphQLAnswer; headers: Headers }> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
    ...(signal && { signal }),
  });
  return { answer: (await response.json()) as GraphQLAnswer, headers: response.headers };
}
