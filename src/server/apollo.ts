import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default';
import { InMemoryLRUCache } from '@apollo/utils.keyvaluecache';
import type { AnswerSizes } from './answer-sizes.ts';
import type { CallersOfRequests } from './auth-scopes.ts';
import { cachePlugin } from './cache-plugin.ts';
import { errorPlugin } from './error-plugin.ts';
import { idempotencyPlugin } from './idempotency-plugin.ts';
import { limitsPlugin } from './limits/limits-plugin.ts';
import { queryLimitsOf } from './limits/query-limits.ts';
import type { GraphQLServerOptions } from './options.ts';
import { publicError } from './public-error.ts';
import { subscriptionPlugin } from './subscription-plugin.ts';

/** Whether browsers get Apollo Sandbox at the endpoint. */
export const hasSandbox = (options: { introspection: boolean; production: boolean }): boolean =>
  options.introspection && !options.production;

const DOCUMENT_STORE_BYTES = 4 * 2 ** 20;
const PERSISTED_QUERIES_BYTES = 4 * 2 ** 20;

/**
 * Apollo Server with everything off that costs on each request and serves nobody here (cache control wraps every
 * field), and nothing left for it to find in the environment. Its store of parsed documents stays on.
 */
export function createApollo<Context extends object>(
  options: GraphQLServerOptions<Context>,
  callers: CallersOfRequests,
  answerSizes: AnswerSizes,
): ApolloServer<Context> {
  const { schema, introspection, production, log, metrics } = options;
  const hideSchema = !introspection;
  const limits = queryLimitsOf(options.queryLimits);
  return new ApolloServer<Context>({
    schema,
    validationRules: [...(options.validationRules ?? [])],
    introspection,
    logger: log,
    nodeEnv: production ? 'production' : 'development',
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    allowBatchedHttpRequests: false,
    csrfPrevention: true,
    // The route answers what has more, so that callers are told the numbers.
    parseOptions: { maxTokens: limits.tokens },
    // Where only trusted documents run, the route knows what is meant by a hash, and nothing may be added.
    persistedQueries: options.trustedDocuments === undefined && {
      cache: new InMemoryLRUCache({ maxSize: PERSISTED_QUERIES_BYTES }),
    },
    // Sized by their JSON; in memory a parsed document takes several times that.
    documentStore: new InMemoryLRUCache({ maxSize: DOCUMENT_STORE_BYTES }),
    formatError: (formatted, error) => publicError(formatted, error, hideSchema),
    plugins: [
      answerSizes.plugin(),
      errorPlugin<Context>(log, metrics),
      limitsPlugin<Context>(options, limits, callers),
      cachePlugin(options),
      idempotencyPlugin(options),
      subscriptionPlugin(),
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      landingPage(options),
    ],
  });
}

const landingPage = <Context extends object>(options: GraphQLServerOptions<Context>) =>
  hasSandbox(options)
    ? ApolloServerPluginLandingPageLocalDefault({
        embed: { runTelemetry: false },
        footer: false,
        ...(options.exampleQuery !== undefined && { document: options.exampleQuery }),
      })
    : ApolloServerPluginLandingPageDisabled();
