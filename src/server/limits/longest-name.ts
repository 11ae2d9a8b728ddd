import { type DocumentNode, type EnumValueNode, type NameNode, visit } from 'graphql';

/** Characters of the longest name in a document, those of types and enum values included. */
export function longestName(document: DocumentNode): number {
  let longest = 0;
  const look = ({ value }: NameNode | EnumValueNode) => {
    longest = Math.max(longest, value.length);
  };
  visit(document, { Name: look, EnumValue: look });
  return longest;
}
