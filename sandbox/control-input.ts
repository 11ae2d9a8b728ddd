import { z } from 'zod';
import { FAULT_KINDS } from './faults.ts';
import { ControlError } from './provider.ts';
import { HEADER_FAMILIES, isOnLoopback, signerOf } from './webhooks/endpoint.ts';
import { ORDERS } from './webhooks/switches.ts';
import { PROVIDERS, TIME_FORMATS, TYPE_SPELLINGS } from './world.ts';

const provider = z.enum(PROVIDERS);
/** Written in the one way in which addresses are compared. */
const address = z
  .string()
  .refine(isOnLoopback, 'expected an http address on loopback, such as http://127.0.0.1:4000/hook')
  .transform((url) => new URL(url).href);
/** Real time: ten minutes at most. */
const milliseconds = z.number().min(0).max(600_000);
const session = z.strictObject({ provider, id: z.string().min(1) });

const SCHEMAS = {
  advance: z.strictObject({
    seconds: z
      .number()
      .min(0)
      .max(366 * 86_400),
  }),
  session,
  sessions: z.strictObject({
    provider,
    where: z.record(z.string(), z.unknown()).optional(),
    limit: z.int().min(1).optional(),
  }),
  create: z.looseObject({ provider }),
  patch: session.extend({
    set: z.record(z.string(), z.unknown()).optional(),
    unset: z.array(z.string()).optional(),
  }),
  fault: z.strictObject({
    provider,
    match: z.strictObject({ method: z.string().optional(), path: z.string().optional() }).optional(),
    kind: z.enum(FAULT_KINDS),
    status: z.int().min(200).max(599).optional(),
    headers: z.record(z.string().regex(/^[!#$%&'*+.^_`|~\w-]+$/), z.string().regex(/^[\t\x20-\x7e]*$/)).optional(),
    body: z.unknown().optional(),
    delayMs: milliseconds.optional(),
    when: z.enum(['before', 'after']).optional(),
    times: z.int().min(1).optional(),
    rate: z.number().min(0).max(1).optional(),
  }),
  webhookTo: z
    .strictObject({
      provider,
      url: address,
      secret: z.string().optional(),
      headers: z.enum(HEADER_FAMILIES).optional(),
    })
    .refine(({ provider: name, secret }) => secret === undefined || signerOf(name, secret) !== undefined, {
      path: ['secret'],
      message: 'expected whsec_ and base64; at flex also fwhsec_ and base64',
    })
    .refine(({ provider: name, headers }) => name === 'flex' || headers !== 'flex-event', {
      path: ['headers'],
      message: 'flex-event headers are those of flex only',
    }),
  clearWebhooks: z.strictObject({ provider: provider.optional(), url: address.optional() }),
  webhooks: z.strictObject({ provider: provider.optional(), id: z.string().optional() }),
  redeliver: z.strictObject({ id: z.string(), url: address.optional() }),
  tell: session.extend({ type: z.string().min(1) }),
  webhookSwitches: z.strictObject({
    provider: provider.optional(),
    duplicates: z.int().min(1).max(100).exactOptional(),
    order: z.enum(ORDERS).exactOptional(),
    holdMs: milliseconds.exactOptional(),
    delayMs: milliseconds.exactOptional(),
    dropRate: z.number().min(0).max(1).exactOptional(),
    dropNext: z.int().min(0).exactOptional(),
    badSignatureNext: z.int().min(0).exactOptional(),
    foreignSecret: z.boolean().exactOptional(),
    answerMs: milliseconds.min(1).exactOptional(),
    retryMs: milliseconds.exactOptional(),
  }),
  selection: z.strictObject({ provider: provider.optional() }),
  switches: z.strictObject({
    flexpriceResults: z.boolean().exactOptional(),
    flexpriceLinkDelayMs: z.int().min(0).exactOptional(),
    flexTime: z.enum(TIME_FORMATS).exactOptional(),
    flexEventTypes: z.enum(TYPE_SPELLINGS).exactOptional(),
    customers: z.boolean().exactOptional(),
  }),
};

/** @throws ControlError 400 with a sentence that says what was expected and where */
export function readControl<K extends keyof typeof SCHEMAS>(kind: K, input: unknown): z.infer<(typeof SCHEMAS)[K]> {
  const parsed = SCHEMAS[kind].safeParse(input);
  if (parsed.success) return parsed.data as z.infer<(typeof SCHEMAS)[K]>;
  const sentences = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'input'}: ${issue.message}`);
  throw new ControlError(400, sentences.join('; '));
}
