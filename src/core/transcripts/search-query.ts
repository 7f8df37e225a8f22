/**
 * What a student types as an FTS5 query: every word must be there, the last may be a beginning. Whatever else is typed is
 * no syntax. Null when there is no word in it.
 */
export function searchQuery(typed: string): string | null {
  const words = typed.match(/[\p{L}\p{N}\p{M}]+/gu);
  if (!words) return null;
  const endsInWord = /[\p{L}\p{N}\p{M}]$/u.test(typed);
  return words.map((word, index) => (index === words.length - 1 && endsInWord ? `"${word}"*` : `"${word}"`)).join(' ');
}
