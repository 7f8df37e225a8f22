/**
 * Where an element stands, in seconds; null while it cannot say. Without a source, and before a new one has been taken to its
 * place, it stands at zero, which is not where one is.
 */
export function placeOf({ readyState, seeking, currentTime }: Pick<HTMLVideoElement, 'readyState' | 'seeking' | 'currentTime'>): number | null {
  const knows = readyState >= HTMLMediaElement.HAVE_CURRENT_DATA || (seeking && readyState > HTMLMediaElement.HAVE_NOTHING);
  return knows ? currentTime : null;
}
