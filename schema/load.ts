import { globSync, readFileSync } from 'node:fs';

/** The SDL of this folder, one text a file, sorted by path so that every machine puts the schema together the same way. */
export function loadTypeDefs(): string[] {
  const folder = new URL('./', import.meta.url);
  const paths = globSync('**/*.graphql', { cwd: folder }).map((path) => path.replaceAll('\\', '/'));
  return paths.sort().map((path) => readFileSync(new URL(path, folder), 'utf8'));
}
