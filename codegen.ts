/**
 * Writes what follows from schema/, the resolver types and the printed schema, and from operations/, the manifest of
 * trusted documents. With --check nothing is written, and what is out of date is named. The plugins are called directly: @graphql-codegen/cli would bring some 200 packages of
 * loaders, of which one folder of SDL files needs none.
 */
import { createHash } from 'node:crypto';
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { codegen } from '@graphql-codegen/core';
import type { TypeScriptPluginConfig } from '@graphql-codegen/typescript';
import * as typescript from '@graphql-codegen/typescript';
import type { TypeScriptResolversPluginConfig } from '@graphql-codegen/typescript-resolvers';
import * as resolvers from '@graphql-codegen/typescript-resolvers';
import {
  buildASTSchema,
  concatAST,
  type DocumentNode,
  Kind,
  lexicographicSortSchema,
  type OperationDefinitionNode,
  parse,
  print,
  printSchema,
  separateOperations,
  validate,
} from 'graphql';
import { loadTypeDefs } from './schema/load.ts';

const COMMAND = 'npm run codegen';
const TYPES = 'resolvers/generated/types.ts';
const SCHEMA = 'docs/schema.graphql';
const OPERATIONS = 'operations';
const MANIFEST = 'docs/trusted-documents.json';

const SESSION = '../../src/checkout/session.ts';
const paymentMethod = (kind: string) => `Extract<import('${SESSION}').MeteroidPaymentMethods, { kind: '${kind}' }>`;

/** What resolvers return for a type of the schema, where that is a type of ours and not the schema's shape itself. */
const mappers = {
  CheckoutSession: `${SESSION}#CheckoutSession as SessionModel`,
  CheckoutCustomer: `${SESSION}#Customer as CustomerModel`,
  CheckoutAmounts: `${SESSION}#SessionAmounts as AmountsModel`,
  MetadataEntry: `${SESSION}#MetadataEntry as MetadataEntryModel`,
  Money: '../../src/checkout/money.ts#Money as MoneyModel',
  FlexpriceCheckoutDetails: `${SESSION}#FlexpriceDetails as FlexpriceDetailsModel`,
  MeteroidCheckoutDetails: `${SESSION}#MeteroidDetails as MeteroidDetailsModel`,
  MeteroidOnlinePayment: paymentMethod('ONLINE'),
  MeteroidBankTransfer: paymentMethod('BANK_TRANSFER'),
  MeteroidExternalPayment: paymentMethod('EXTERNAL'),
  FlexCheckoutDetails: `${SESSION}#FlexDetails as FlexDetailsModel`,
  FlexLineItem: `${SESSION}#FlexLineItem as FlexLineItemModel`,
  FlexPaymentIntent: `${SESSION}#FlexPaymentIntent as FlexPaymentIntentModel`,
  CheckoutSessionConnection: '../../src/listing/connection.ts#Connection as ConnectionModel',
  CheckoutSessionPayload: '../payloads.ts#ChangePayload as ChangePayloadModel',
  DeleteCheckoutSessionPayload: '../payloads.ts#DeletePayload as DeletePayloadModel',
  CheckoutSessionChange: '../../src/live/subscribe.ts#SessionChange as SessionChangeModel',
  CheckoutOperation: '../../src/ledger/operations.ts#Operation as OperationModel',
};

const config: TypeScriptPluginConfig & TypeScriptResolversPluginConfig = {
  mappers,
  contextType: '../context.ts#GatewayContext',
  strictScalars: true,
  scalars: { DateTime: 'string', Date: 'string', URL: 'string', JSON: 'unknown', SafeInt: 'number', ID: 'string' },
  enumsAsTypes: true,
  useTypeImports: true,
  // A field that is null is there as null; arguments and input fields may be left out.
  avoidOptionals: { field: true },
  maybeValue: 'T | null',
  skipTypename: true,
};

const document = concatAST(loadTypeDefs().map((text) => parse(text)));

const schema = buildASTSchema(document);

const types = await codegen({
  filename: TYPES,
  schema: document,
  documents: [],
  config,
  plugins: [{ typescript: {} }, { resolvers: {} }],
  pluginMap: { typescript, resolvers },
});

// The linter's format gives every block string lines of its own; graphql-js writes a short one on one line.
const printed = printSchema(lexicographicSortSchema(schema)).replace(/^( *)"""(.+)"""$/gm, '$1"""\n$1$2\n$1"""');

const outputs = [
  { path: TYPES, text: `// Generated from schema/ by \`${COMMAND}\`. Not to be edited.\n${types.trimEnd()}\n` },
  { path: SCHEMA, text: `# Generated from schema/ by \`${COMMAND}\`. Not to be edited.\n\n${printed}\n` },
  { path: MANIFEST, text: `${JSON.stringify(manifestOf(readOperations()), null, 2)}\n` },
].map(({ path, text }) => ({ path, text, file: fileURLToPath(new URL(path, import.meta.url)) }));

if (process.argv.includes('--check')) {
  const outdated = outputs.filter(({ file, text }) => readIfThere(file) !== text);
  for (const { path } of outdated)
    process.stderr.write(`${path} does not match ${path === MANIFEST ? OPERATIONS : 'schema'}/: run \`${COMMAND}\`.\n`);
  process.exitCode = outdated.length > 0 ? 1 : 0;
} else {
  for (const { file, text } of outputs) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

/** All operations with the fragments that they share. */
function readOperations(): DocumentNode {
  const folder = fileURLToPath(new URL(OPERATIONS, import.meta.url));
  const files = globSync('**/*.graphql', { cwd: folder }).sort();
  const all = concatAST(files.map((file) => parse(readFileSync(`${folder}/${file}`, 'utf8'))));
  const [mistake] = files.length > 0 ? validate(schema, all) : [];
  if (mistake) throw new Error(`${OPERATIONS}/: ${mistake.message}`);
  return all;
}

/** As Apollo's tools write it, so that one from there does as well: each operation with the fragments that it needs. */
function manifestOf(all: DocumentNode) {
  const operations = Object.values(separateOperations(all)).map((one) => {
    // The operation, then its fragments.
    const definitions = one.definitions.toSorted((a, b) => Number(isOperation(b)) - Number(isOperation(a)));
    const body = print({ ...one, definitions });
    const { name, operation } = definitions.find(isOperation) ?? {};
    return { id: createHash('sha256').update(body).digest('hex'), body, name: name?.value ?? '', type: operation };
  });
  operations.sort((one, other) => (one.name < other.name ? -1 : 1));
  return { format: 'apollo-persisted-query-manifest', version: 1, operations };
}

function isOperation(definition: DocumentNode['definitions'][number]): definition is OperationDefinitionNode {
  return definition.kind === Kind.OPERATION_DEFINITION;
}
