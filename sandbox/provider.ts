import type { Answer, ApiRequest } from './api.ts';
import type { Patch } from './records.ts';
import type { WebhookFace } from './webhooks/message.ts';
import type { ProviderName } from './world.ts';

export type Json = Record<string, unknown>;

/** What the control surface can do to a provider's sessions; every one answers the session as GET would show it. */
export type Handles = {
  session: (id: string) => Json | undefined;
  /** All of them, newest first. */
  sessions: () => Iterable<Json>;
  pay: (id: string) => Json;
  fail: (id: string) => Json;
  expire: (id: string) => Json;
  cancel: (id: string) => Json;
  create: (overrides: Json) => Json;
  patch: (id: string, patch: Patch) => Json;
  /** Makes the session vanish, as if it never was. */
  remove: (id: string) => void;
};

export type ProviderSandbox = {
  name: ProviderName;
  /** Id of a session worth looking at first. */
  example: string;
  answer: (request: ApiRequest) => Answer;
  /** An error in the provider's own shape, for faults and the transport. */
  failure: (status: number, message: string) => Answer;
  handles: Handles;
  webhooks: WebhookFace;
  /** How many sessions there are of each status. */
  counts: () => Record<string, number>;
};

/** The control surface was asked for something it cannot do. */
export class ControlError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export function countBy<T>(items: Iterable<T>, keyOf: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) {
    const key = keyOf(item);
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}
