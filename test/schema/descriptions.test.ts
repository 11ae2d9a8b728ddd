import {
  type GraphQLNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isSpecifiedDirective,
} from 'graphql';
import { expect, test } from 'vitest';
import { ownTypes, schema } from './schema.ts';

type Described = { at: string; description: string | null | undefined };

const described: readonly Described[] = [
  ...ownTypes.flatMap(partsOf),
  ...schema
    .getDirectives()
    .filter((directive) => !isSpecifiedDirective(directive))
    .map(({ name, description }) => ({ at: `@${name}`, description })),
];

test('everything in the schema has a description', () => {
  expect(described.filter(({ description }) => !description?.trim()).map(({ at }) => at)).toEqual([]);
});

test('descriptions are sentences: they begin with a capital letter, a number or code, and end with a stop', () => {
  const odd = described.filter(
    ({ description }) => !/^[A-Z0-9`]/.test(description ?? '') || !/\.$/.test(description ?? ''),
  );
  expect(odd.map(({ at }) => at)).toEqual([]);
});

function partsOf(type: GraphQLNamedType): Described[] {
  const own = { at: type.name, description: type.description };
  if (isEnumType(type)) return [own, ...type.getValues().map((value) => part(type.name, value))];
  if (isInputObjectType(type)) return [own, ...Object.values(type.getFields()).map((field) => part(type.name, field))];
  if (!isObjectType(type) && !isInterfaceType(type)) return [own];
  return [
    own,
    ...Object.values(type.getFields()).flatMap((field) => [
      part(type.name, field),
      ...field.args.map((argument) => part(`${type.name}.${field.name}`, argument)),
    ]),
  ];
}

function part(
  parent: string,
  { name, description }: { name: string; description?: string | null | undefined },
): Described {
  return { at: `${parent}.${name}`, description };
}
