import { assertInterfaceType, assertObjectType, isObjectType, validateSchema } from 'graphql';
import { expect, test } from 'vitest';
import { ownTypes, schema } from './schema.ts';

const objects = ownTypes.filter(isObjectType);

/** The types of these fields as SDL writes them. */
function typesOf(typeName: string, ...fields: readonly string[]): string[] {
  const all = assertObjectType(schema.getType(typeName)).getFields();
  return fields.map((field) => String(all[field]?.type));
}

test('the schema is valid', () => {
  expect(validateSchema(schema)).toEqual([]);
});

test('Node is an interface of nothing but id: ID!', () => {
  const fields = Object.values(assertInterfaceType(schema.getType('Node')).getFields());
  expect(fields.map(({ name, type }) => `${name}: ${type}`)).toEqual(['id: ID!']);
});

test('node and nodes find objects by id, with null for what is not found', () => {
  expect(typesOf('Query', 'node', 'nodes')).toEqual(['Node', '[Node]!']);
  const { node, nodes } = assertObjectType(schema.getType('Query')).getFields();
  expect(node?.args.map(({ name, type }) => `${name}: ${type}`)).toEqual(['id: ID!']);
  expect(nodes?.args.map(({ name, type }) => `${name}: ${type}`)).toEqual(['ids: [ID!]!']);
});

test('every type with a global id is a Node', () => {
  const withGlobalId = objects.filter((type) => String(type.getFields().id?.type) === 'ID!');
  expect(withGlobalId.map(({ name }) => name)).toEqual(
    schema.getPossibleTypes(assertInterfaceType(schema.getType('Node'))).map(({ name }) => name),
  );
});

test('PageInfo has its four fields', () => {
  expect(typesOf('PageInfo', 'hasNextPage', 'hasPreviousPage', 'startCursor', 'endCursor')).toEqual([
    'Boolean!',
    'Boolean!',
    'String',
    'String',
  ]);
});

const connections = objects.filter(({ name }) => name.endsWith('Connection')).map(({ name }) => name);

test.each(connections)('%s has edges with cursor and node, the nodes themselves, and pageInfo', (connection) => {
  const item = connection.slice(0, -'Connection'.length);
  expect(typesOf(connection, 'edges', 'nodes', 'pageInfo')).toEqual([`[${item}Edge!]!`, `[${item}!]!`, 'PageInfo!']);
  expect(typesOf(`${item}Edge`, 'cursor', 'node')).toEqual(['String!', `${item}!`]);
});

test.each(
  objects.flatMap((type) => Object.values(type.getFields())).filter(({ type }) => /Connection!?$/.test(String(type))),
)('$name, which gives a connection, takes first and after', ({ args }) => {
  const types = Object.fromEntries(args.map(({ name, type }) => [name, String(type)]));
  expect(types).toMatchObject({ first: 'Int', after: 'String' });
});
