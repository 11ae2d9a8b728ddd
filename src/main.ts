import { stopSignal } from './start/stop-signal.ts';

// Before all else is loaded: that takes a while, and a signal may come in it.
const stopping = stopSignal();
const { run } = await import('./start/run.ts');
await run(stopping);
