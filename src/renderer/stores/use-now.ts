import { useEffect, useState } from 'react';
import { useAppStores } from './stores.ts';

/** The time by this machine's clock, ms since the Unix epoch, renewed every so many milliseconds. */
export function useNow(everyMs = 30_000): number {
  const { now, later } = useAppStores();
  const [time, setTime] = useState(now);
  useEffect(() => {
    let callOff = later(everyMs, tick);
    function tick() {
      setTime(now());
      callOff = later(everyMs, tick);
    }
    return () => callOff();
  }, [everyMs, now, later]);
  return time;
}
