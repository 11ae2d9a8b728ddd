// Validation libraries on the same list of 50 Flex sessions, with the same leniency: anything may be missing or null but
// the id, unknown properties are ignored. In an empty folder:
//   npm install zod@4.6.7 valibot@1.5.0 typebox@1.4.3 ajv@8.20.0
//   node <the project>/docs/adr/measurements/validation-libraries.mjs
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { cpuMicroseconds } from '../../../bench/cpu.ts';
import { flexListBody } from '../../../bench/flex-list-body.ts';
import { flexSession } from '../../../src/providers/flex/wire.ts';
import { parseWire } from '../../../src/providers/parse-wire.ts';
import { convert, readFlexSession } from './hand-written-reader.mjs';

const load = createRequire(join(process.cwd(), 'package.json'));
const { z } = load('zod');
const v = load('valibot');
const { Type } = load('typebox');
const { Compile } = load('typebox/compile');
const Ajv = load('ajv').default;

// t text, f flag, m money, i moment, u address, j any JSON.
const movement = (id) => [{ [id]: 't', amount: 'm', status: 't', created_at: 'i' }];
const SESSION = {
  checkout_session_id: 'id',
  customer: { customer_id: 't', first_name: 't', last_name: 't', email: 't', phone: 't' },
  payment_intent: {
    payment_intent_id: 't',
    amount: 'm',
    amount_capturable: 'm',
    amount_received: 'm',
    created_at: 'i',
    status: 't',
  },
  invoice: { invoice_id: 't' },
  setup_intent: { setup_intent_id: 't' },
  subscription: { subscription_id: 't' },
  payment_intents: 'ids',
  captures: [{ capture_id: 't', amount: 'm', amount_captured: 'm', created_at: 'i' }],
  disputes: movement('dispute_id'),
  refunds: movement('refund_id'),
};
const KINDS = {
  m: ['amount_disputed', 'amount_received', 'amount_refunded', 'amount_subtotal', 'amount_total'],
  i: ['created_at', 'expires_at'],
  u: ['cancel_url', 'redirect_url', 'success_url', 'url'],
  f: ['allow_promotion_codes', 'hsa_fsa_eligible', 'letter_of_medical_necessity_required', 'test_mode'],
  t: ['capture_method', 'client_reference_id', 'mode', 'origin', 'split_cart', 'status', 'tax_calculation_mode'],
  j: ['custom_text', 'defaults', 'fees', 'metadata', 'payment_method_options', 'platform_fees', 'shipping_details'],
};
KINDS.f.push('shipping_address_collection');
KINDS.t.push('visit_type');
KINDS.j.push('shipping_options', 'subscription_data', 'tax_rate', 'total_details');
for (const [kind, names] of Object.entries(KINDS)) for (const name of names) SESSION[name] = kind;
assert.deepEqual(Object.keys(SESSION).toSorted(), Object.keys(flexSession.shape).toSorted());

/** The session's schema out of a library's words: its leaves by kind, objects, lists, and references. */
function schema(words, shape = SESSION) {
  const of = (kind) => {
    if (Array.isArray(kind)) return words.list(schema(words, kind[0]));
    if (typeof kind === 'object') return words.reference(schema(words, kind));
    return words[kind];
  };
  return words.object(Object.fromEntries(Object.entries(shape).map(([name, kind]) => [name, of(kind)])));
}

const zodText = z.string().nullish();
const zodSchema = schema({
  id: z.string().min(1),
  t: zodText,
  u: zodText,
  f: z.boolean().nullish(),
  m: z.int().nullish(),
  i: z.union([z.number(), z.string()]).nullish(),
  j: z.unknown().optional(),
  ids: z.array(z.union([z.string(), z.object({ payment_intent_id: z.string() })])).nullish(),
  object: (shape) => z.object(shape),
  list: (item) => z.array(item).nullish(),
  reference: (object) => z.union([z.string(), object]).nullish(),
});

const valibotText = v.nullish(v.string());
const valibotWords = {
  id: v.pipe(v.string(), v.minLength(1)),
  t: valibotText,
  u: valibotText,
  f: v.nullish(v.boolean()),
  m: v.nullish(v.pipe(v.number(), v.safeInteger())),
  i: v.nullish(v.union([v.number(), v.string()])),
  j: v.optional(v.unknown()),
  ids: v.nullish(v.array(v.union([v.string(), v.object({ payment_intent_id: v.string() })]))),
  object: v.object,
  list: (item) => v.nullish(v.array(item)),
  reference: (object) => v.nullish(v.union([v.string(), object])),
};
const valibotSchema = schema(valibotWords);
const valibotReadAs = (read) =>
  v.optional(
    v.pipe(
      v.unknown(),
      v.rawTransform(({ dataset: { value }, addIssue, NEVER }) => {
        if (value === undefined || value === null || value === '') return null;
        const result = read(value);
        if (result !== null) return result;
        addIssue({ message: 'unexpected' });
        return NEVER;
      }),
    ),
  );
const valibotConverting = schema({
  ...valibotWords,
  m: valibotReadAs(convert.m),
  i: valibotReadAs(convert.i),
  u: valibotReadAs(convert.u),
});

const typeboxOrNull = (type) => Type.Optional(Type.Union([type, Type.Null()]));
const typebox = Compile(
  schema({
    id: Type.String({ minLength: 1 }),
    t: typeboxOrNull(Type.String()),
    u: typeboxOrNull(Type.String()),
    f: typeboxOrNull(Type.Boolean()),
    m: typeboxOrNull(Type.Integer()),
    i: Type.Optional(Type.Union([Type.Number(), Type.String(), Type.Null()])),
    j: Type.Optional(Type.Unknown()),
    ids: typeboxOrNull(Type.Array(Type.Union([Type.String(), Type.Object({ payment_intent_id: Type.String() })]))),
    object: (shape) => Type.Object(shape),
    list: (item) => typeboxOrNull(Type.Array(item)),
    reference: (object) => Type.Optional(Type.Union([Type.String(), object, Type.Null()])),
  }),
);

const ajv = new Ajv({ allowUnionTypes: true }).compile(
  schema({
    id: { type: 'string', minLength: 1 },
    t: { type: ['string', 'null'] },
    u: { type: ['string', 'null'] },
    f: { type: ['boolean', 'null'] },
    m: { type: ['integer', 'null'] },
    i: { type: ['number', 'string', 'null'] },
    j: {},
    ids: { type: ['array', 'null'], items: { anyOf: [{ type: 'string' }, { type: 'object' }] } },
    object: (properties) => ({
      type: 'object',
      properties,
      required: 'checkout_session_id' in properties ? ['checkout_session_id'] : [],
    }),
    list: (items) => ({ type: ['array', 'null'], items }),
    reference: (object) => ({ anyOf: [{ type: ['string', 'null'] }, object] }),
  }),
);

const sessions = JSON.parse(flexListBody(50)).checkout_sessions;
const ignore = () => {};
const CHECKS = [
  ['zod: shape', (raw) => zodSchema.safeParse(raw).success],
  ['valibot: shape', (raw) => v.safeParse(valibotSchema, raw).success],
  ['typebox compiled: shape', (raw) => typebox.Check(raw)],
  ['ajv compiled: shape', (raw) => ajv(raw)],
];
const READS = [
  ['zod (this project): read', (raw) => parseWire(flexSession, raw, ignore)],
  ['valibot: read', (raw) => v.safeParse(valibotConverting, raw).output],
  ['by hand: read', (raw) => readFlexSession(raw, ignore)],
];

// All must take what is right, refuse what is wrong at both ends and inside, and read the same.
const wrong = [{ url: 5 }, { visit_type: 5 }, { captures: [{ amount: 'a lot' }] }, { checkout_session_id: '' }];
for (const [name, check] of CHECKS) {
  assert(sessions.every(check), name);
  for (const change of wrong) assert(!check({ ...sessions[1], ...change }), name);
}
const withoutNulls = (value) => JSON.parse(JSON.stringify(value), (_, entry) => (entry === null ? undefined : entry));
for (const raw of sessions) {
  const [expected, ...others] = READS.map(([, read]) => withoutNulls(read(raw)));
  for (const other of others) assert.deepEqual(other, expected);
}

const conversions = (raw) => {
  const results = [...KINDS.m.map((name) => convert.m(raw[name])), ...KINDS.i.map((name) => convert.i(raw[name]))];
  for (const name of KINDS.u) results.push(convert.u(raw[name]));
  for (const { amount, created_at } of [...raw.captures, ...raw.refunds, ...raw.disputes]) {
    results.push(convert.m(amount), convert.i(created_at));
  }
  return results;
};
const tasks = [...CHECKS, ...READS, ['the conversions alone', conversions]].map(([name, work]) => ({
  name,
  run: () => sessions.map(work),
}));
for (const [name, cost] of cpuMicroseconds(tasks, { rounds: 31, roundMs: 20 })) {
  process.stdout.write(`${name.padEnd(28)}${cost.toFixed(1).padStart(8)} µs for 50 sessions\n`);
}
