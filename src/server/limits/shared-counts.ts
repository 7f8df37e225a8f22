import { createHash } from 'node:crypto';
import { Redis } from 'ioredis';

/** What the servers of a school keep together for a moment, in a Redis. Nothing here is needed to go on without it. */
export interface SharedCounts {
  /** One more of this name in the current window. @returns how many, and ms until the window ends; null while Redis is away */
  count(name: string, windowMs: number): Promise<{ readonly current: number; readonly ttl: number } | null>;
  forget(name: string): Promise<void>;
  /** What was kept under this name and is not over; null also while Redis is away. */
  recall(name: string): Promise<string | null>;
  keep(name: string, text: string, ms: number): Promise<void>;
  close(): void;
}

const answerMs = 500;
const windowScript = "local n = redis.call('INCR', KEYS[1]) if n == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end return {n, redis.call('PTTL', KEYS[1])}";

/** Names hold addresses of people, which Redis needs not know. */
function nameOf(name: string, kind: 'count' | 'text' = 'count'): string {
  return `teachify:${kind}:${createHash('sha256').update(name).digest('base64url')}`;
}

/** @param say told once when Redis goes away, and once when it is back */
export function openSharedCounts(address: string, say: (sentence: string) => void): SharedCounts {
  const options = { enableOfflineQueue: false, maxRetriesPerRequest: 0, commandTimeout: answerMs, retryStrategy: (attempt: number) => Math.min(attempt * 100, 2000) };
  const asking = new Redis(address, options);
  let isAway = false;
  asking.on('error', () => {});
  asking.on('close', () => {
    if (!isAway) say('Redis is away: limits are counted by each server alone until it is back.');
    isAway = true;
  });
  asking.on('ready', () => {
    if (isAway) say('Redis is back.');
    isAway = false;
  });
  return {
    count: async (name, windowMs) => {
      const answer = (await asking.eval(windowScript, 1, nameOf(name), windowMs).catch(() => null)) as [number, number] | null;
      return answer && { current: answer[0], ttl: Math.max(0, answer[1]) };
    },
    forget: async (name) => void (await asking.del(nameOf(name)).catch(() => {})),
    recall: async (name) => asking.get(nameOf(name, 'text')).catch(() => null),
    keep: async (name, text, ms) => void (await asking.set(nameOf(name, 'text'), text, 'PX', ms).catch(() => {})),
    close: () => {
      asking.removeAllListeners('close');
      asking.disconnect();
    },
  };
}
