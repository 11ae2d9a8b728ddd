import {
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isScalarType,
  isUnionType,
} from 'graphql';
import { expect, test } from 'vitest';
import { CHANGES } from './expected-changes.ts';
import { COMMON } from './expected-common.ts';
import { DETAILS } from './expected-details.ts';
import { LIVE } from './expected-live.ts';
import { ownTypes } from './schema.ts';

test('names, types, arguments and nullability are what clients rely on, and nothing else is there', () => {
  expect(ownTypes.flatMap(signatures).sort()).toEqual([...CHANGES, ...COMMON, ...DETAILS, ...LIVE].sort());
});

function signatures(type: GraphQLNamedType): string[] {
  if (isScalarType(type)) return [`scalar ${type.name}`];
  if (isUnionType(type)) return [`union ${type.name} = ${names(type.getTypes()).join(' | ')}`];
  if (isEnumType(type)) return [`enum ${type.name} { ${names(type.getValues()).join(' ')} }`];
  if (isInputObjectType(type)) {
    return [`input ${type.name}`, ...Object.values(type.getFields()).map((field) => `${type.name}.${input(field)}`)];
  }
  const interfaces = type.getInterfaces();
  const head = `${isInterfaceType(type) ? 'interface' : 'type'} ${type.name}`;
  return [
    interfaces.length > 0 ? `${head} implements ${names(interfaces).join(' & ')}` : head,
    ...Object.values(type.getFields()).map((field) => `${type.name}.${output(field)}`),
  ];
}

const names = (things: readonly { name: string }[]): string[] => things.map(({ name }) => name);

const output = ({ name, args, type }: GraphQLField<unknown, unknown>): string =>
  `${name}${args.length > 0 ? `(${args.map(input).join(', ')})` : ''}: ${type}`;

const input = ({ name, type, defaultValue }: Pick<GraphQLInputField, 'name' | 'type' | 'defaultValue'>): string =>
  `${name}: ${type}${defaultValue === undefined ? '' : ` = ${JSON.stringify(defaultValue)}`}`;
