import { type DocumentNode, getOperationAST } from 'graphql';

/** Those that an operation declares: the others mean nothing to it, and would be kept as long as it runs. */
export function declaredVariables(
  document: DocumentNode,
  operationName: string | undefined,
  variables: Readonly<Record<string, unknown>> | null | undefined,
): Record<string, unknown> | undefined {
  if (!variables) return undefined;
  const declared = getOperationAST(document, operationName)?.variableDefinitions ?? [];
  const names = declared.map(({ variable }) => variable.name.value).filter((name) => Object.hasOwn(variables, name));
  return Object.fromEntries(names.map((name) => [name, variables[name]]));
}
