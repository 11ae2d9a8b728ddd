import { NO_EXPANSION, type Provider } from '../../checkout/provider.ts';
import { checkAnswered } from '../bad-response.ts';
import type { ProviderOptions } from '../provider-options.ts';
import { createFlexChanges } from './changes.ts';
import { createFlexClient, expandParameters } from './client.ts';
import { planLists, type ReadFlexPage } from './listing.ts';
import { createFlexReaders } from './read-answers.ts';
import { createFlexWebhook } from './webhook.ts';

/** Flex: payments out of health savings and spending accounts. It expands on request and pages its list. */
export function createFlex({ upstream, log, now }: ProviderOptions): Provider {
  const client = createFlexClient(upstream);
  const readers = createFlexReaders({ log, now });
  const readPage: ReadFlexPage = async (query, expansion, call) => {
    const answer = await client.list({ ...query, ...expandParameters(expansion) }, call);
    return answer && readers.page(answer);
  };
  const getSession: Provider['getSession'] = async (providerId, expansion, call) => {
    const answer = await client.get(providerId, expansion, call);
    if (!answer) return null;
    const session = readers.session(answer, 'read');
    checkAnswered('FLEX', providerId, session.providerId);
    return session;
  };
  return {
    name: 'FLEX',
    expands: { customer: true, paymentIntent: true },
    listing: { kind: 'PAGED', plan: (filter) => planLists(filter, readPage) },
    getSession,
    async getLineItems(providerId, call) {
      const answer = await client.lineItems(providerId, call);
      return answer && readers.lineItems(answer);
    },
    changes: createFlexChanges({
      client,
      readChanged: (answer) => readers.session(answer, 'change'),
      getSession: (providerId, call) => getSession(providerId, NO_EXPANSION, call),
      log,
    }),
    webhook: createFlexWebhook(readPage),
  };
}
