import { useEffect, useState } from 'react';
import { useAppStores } from './stores.ts';

/** The time by this machine's clock, ms since the Unix epoch, renewed every so many milliseconds. */
export function useNow(everyMs = 30_000): number {
  const { now, later } = useAppStores();
  const [time, setTime] = useState(now);
  useEffect(() => later(everyMs, () => setTime(now())), [time, everyMs, now, later]);
  return time;
}
