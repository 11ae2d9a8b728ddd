import { ask, type Batch, startProviders } from './list-outside.ts';

// The process around the gateway: says where the providers are, then answers each batch with what came of it.

process.on('message', (batch: Batch) => {
  ask(batch).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.on('disconnect', () => process.exit());
process.send?.({ result: await startProviders() });
