import { buildSchema, type GraphQLNamedType, isIntrospectionType, isSpecifiedScalarType } from 'graphql';
import { loadTypeDefs } from '../../schema/load.ts';

export const schema = buildSchema(loadTypeDefs().join('\n'));

/** The types that the SDL defines, without those that GraphQL brings along. */
export const ownTypes: readonly GraphQLNamedType[] = Object.values(schema.getTypeMap()).filter(
  (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
);
