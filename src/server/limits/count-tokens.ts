import { Lexer, Source, TokenKind } from 'graphql';

/** Tokens, and whether there are no others. */
export type TokenCount = { count: number; isAll: boolean };

/** Tokens of a text as the parser counts them, so many at most, and none after what can be no token. */
export function countTokens(text: string, most: number): TokenCount {
  const lexer = new Lexer(new Source(text));
  let count = 0;
  try {
    while (count < most) {
      if (lexer.advance().kind === TokenKind.EOF) return { count, isAll: true };
      count += 1;
    }
  } catch {
    // What stands there can be no token.
  }
  return { count, isAll: false };
}
