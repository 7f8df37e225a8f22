import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const source = join(import.meta.dirname, '../../../src');

/** Files of the source that use a word, by their paths below it. */
function usersOf(word: string): string[] {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file));
  return files.filter((file) => readFileSync(join(source, file), 'utf8').includes(word)).map((file) => file.replaceAll('\\', '/'));
}

it.each([
  ['openExternal', ['main/platform/open-browser.ts']],
  ['openPath', ['main/shell.ts']],
  ['showItemInFolder', ['main/platform/saved-copies.ts']],
  ['showSaveDialog', ['main/platform/save-file.ts']],
])('what leaves the app by %s leaves it in one place', (word, files) => {
  expect(usersOf(word)).toEqual(files);
});
