import { performance } from 'node:perf_hooks';

/** Hands out bytes at a rate, first come first served, so that connections that share it share it fairly. */
export interface TokenBucket {
  /** Resolves when this many bytes may pass. */
  take(bytes: number): Promise<void>;
  /** Bytes per second; null for no limit, 0 for nothing at all. */
  setRate(bytesPerSecond: number | null): void;
  close(): void;
}

interface Waiter {
  readonly bytes: number;
  readonly resolve: () => void;
}

/** @param burstSeconds how long unused rate is kept */
export function createTokenBucket(bytesPerSecond: number | null, burstSeconds = 0.05): TokenBucket {
  let rate = bytesPerSecond;
  let tokens = 0;
  let filledAt = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const waiters: Waiter[] = [];

  const fill = () => {
    const now = performance.now();
    if (rate !== null) tokens = Math.min(tokens + ((now - filledAt) / 1000) * rate, rate * burstSeconds);
    filledAt = now;
  };
  const serve = () => {
    clearTimeout(timer);
    fill();
    // Tokens may go below zero: a slice larger than the burst passes and is paid off afterwards.
    if (rate === null) tokens = Infinity;
    while (waiters.length > 0 && tokens > 0) {
      const next = waiters.shift();
      tokens -= next?.bytes ?? 0;
      next?.resolve();
    }
    if (waiters.length === 0 || rate === null || rate === 0) return;
    timer = setTimeout(serve, Math.max(1, (-tokens / rate) * 1000));
  };

  return {
    take: (bytes) =>
      new Promise((resolve) => {
        waiters.push({ bytes, resolve });
        if (waiters.length === 1) serve();
      }),
    setRate: (next) => {
      fill();
      rate = next;
      tokens = 0;
      serve();
    },
    close: () => {
      clearTimeout(timer);
      for (const { resolve } of waiters.splice(0)) resolve();
    },
  };
}
