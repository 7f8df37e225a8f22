import { useEffect, useState } from 'react';
import { readThumbnails, type Thumbnail } from './thumbnails.ts';

/** The previews of that list; none for null, and none while they cannot be had. */
export function useThumbnails(url: string | null): readonly Thumbnail[] {
  const [thumbnails, setThumbnails] = useState<readonly Thumbnail[]>([]);
  useEffect(() => {
    if (url === null) return;
    const stop = new AbortController();
    fetch(url, { signal: stop.signal })
      .then(async (response) => (response.ok ? readThumbnails(await response.text(), url) : []))
      // Without a line there are none; the bar works as well without.
      .then(setThumbnails, () => undefined);
    return () => stop.abort();
  }, [url]);
  return thumbnails;
}
