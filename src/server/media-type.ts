const GRAPHQL_ANSWER = /(?:^|[\s,])(?:\*\/\*|application\/\*|application\/json|application\/graphql-response\+json)/i;

/** Whether the client takes one of the two types that GraphQL answers have. Without an Accept header it takes any. */
export const acceptsGraphQL = (accept: string | undefined): boolean =>
  accept === undefined || accept.trim() === '' || GRAPHQL_ANSWER.test(accept);

/** Whether a person's browser asks, as opposed to a program: only these ask for HTML by name. */
export const prefersHtml = (accept: string | undefined): boolean => accept?.includes('text/html') ?? false;
