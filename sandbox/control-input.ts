import { z } from 'zod';
import { FAULT_KINDS } from './faults.ts';
import { ControlError } from './provider.ts';
import { PROVIDERS, TIME_FORMATS } from './world.ts';

const provider = z.enum(PROVIDERS);
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
    delayMs: z.number().min(0).max(600_000).optional(),
    when: z.enum(['before', 'after']).optional(),
    times: z.int().min(1).optional(),
    rate: z.number().min(0).max(1).optional(),
  }),
  selection: z.strictObject({ provider: provider.optional() }),
  switches: z.strictObject({
    flexpriceResults: z.boolean().exactOptional(),
    flexpriceLinkDelayMs: z.int().min(0).exactOptional(),
    flexTime: z.enum(TIME_FORMATS).exactOptional(),
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
