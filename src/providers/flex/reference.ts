/** The id of what Flex refers to: the text itself, or a property of the expanded object. An empty text is none. */
export function referencedId<Key extends string>(
  reference: string | { [key in Key]?: string | null | undefined } | null | undefined,
  key: Key,
): string | null {
  if (reference == null) return null;
  return (typeof reference === 'string' ? reference : reference[key]) || null;
}
