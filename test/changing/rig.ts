import type { Sandbox } from '../../sandbox/index.ts';
import type { GraphQLAnswer } from '../helpers/gateway.ts';
import { OPERATIONS, type OperationUnderTest } from './operations.ts';

export function operationNamed(name: string): OperationUnderTest {
  const found = OPERATIONS.find((operation) => operation.name === name);
  if (!found) throw new Error(`There is no ${name}.`);
  return found;
}

type Client = {
  ask(query: string, variables?: Record<string, unknown>): Promise<GraphQLAnswer>;
};

/** Makes a change of the table under a key. */
export const change = (
  { ask }: Client,
  { document }: OperationUnderTest,
  input: Record<string, unknown>,
  idempotencyKey: string,
): Promise<GraphQLAnswer> => ask(document, { input: { ...input, idempotencyKey } });

/** What a gateway says of a key. */
export async function operationOf({ ask }: Client, key: string): Promise<Record<string, unknown> | null> {
  const query = `query ($key: String!) {
    operation(idempotencyKey: $key) {
      idempotencyKey state startedAt finishedAt checkoutSession { providerId } userErrors { code field }
    }
  }`;
  const { data, errors } = await ask(query, { key });
  if (errors) throw new Error(JSON.stringify(errors));
  return data.operation as Record<string, unknown> | null;
}

/** Calls that a sandbox got that were to change something. */
export const changeCalls = ({ control }: Pick<Sandbox, 'control'>) =>
  control.calls().filter(({ method }) => method !== 'GET');
