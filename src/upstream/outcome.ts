import type { Failure } from './failure.ts';
import type { UpstreamAnswer } from './request.ts';

/** What became of an attempt. */
export type Outcome = { ok: true; answer: UpstreamAnswer } | Failure;
