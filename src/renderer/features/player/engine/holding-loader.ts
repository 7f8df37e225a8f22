import { LoadStats, type Loader, type LoaderCallbacks, type LoaderConfiguration, type LoaderContext } from 'hls.js';
import type { Gate } from './gate.ts';
import { notNow, reasonOf } from './unavailable.ts';

export type LoaderConstructor = new () => Loader<LoaderContext>;

/**
 * hls.js's way to the media. Main owns retries and timeouts, so a request either ends well, is called off, fails for good,
 * or waits at the gate until main says it is worth asking again. hls.js never learns of the waiting: to it the part is slow.
 * What is `known`, text by address, is not asked for.
 */
export function createHoldingLoader(gate: Gate, known: ReadonlyMap<string, string> = new Map()): LoaderConstructor {
  return class HoldingLoader implements Loader<LoaderContext> {
    context: LoaderContext | null = null;
    readonly stats = new LoadStats();
    readonly #stop = new AbortController();
    #callbacks: LoaderCallbacks<LoaderContext> | null = null;

    load(context: LoaderContext, _config: LoaderConfiguration, callbacks: LoaderCallbacks<LoaderContext>): void {
      this.context = context;
      this.#callbacks = callbacks;
      this.stats.loading.start = performance.now();
      const text = known.get(context.url);
      if (text === undefined) void this.#run(context);
      // Never within the call: hls.js sets itself up after it.
      else queueMicrotask(() => this.#succeed(context, text, context.url));
    }

    abort(): void {
      if (this.#stop.signal.aborted || !this.#callbacks) return;
      this.stats.aborted = true;
      this.#stop.abort();
      if (this.context) this.#callbacks.onAbort?.(this.stats, this.context, null);
    }

    destroy(): void {
      this.#callbacks = null;
      this.stats.aborted = true;
      this.#stop.abort();
      this.context = null;
    }

    #succeed(context: LoaderContext, data: string | ArrayBuffer, url: string, response: Response | null = null): void {
      const { stats } = this;
      stats.loading.end = performance.now();
      stats.loading.first ||= stats.loading.end;
      stats.loaded = stats.total = typeof data === 'string' ? data.length : data.byteLength;
      this.#callbacks?.onSuccess({ url, data, code: 200 }, stats, context, response);
    }

    async #run(context: LoaderContext): Promise<void> {
      try {
        const response = await fetchWhenPossible(context, gate, this.#stop.signal);
        this.stats.loading.first = performance.now();
        if (!response.ok) {
          this.#callbacks?.onError({ code: response.status, text: response.statusText }, context, response, this.stats);
          return;
        }
        const data = context.responseType === 'arraybuffer' ? await response.arrayBuffer() : await response.text();
        this.#succeed(context, data, response.url || context.url, response);
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        const text = error instanceof Error ? error.message : String(error);
        this.#callbacks?.onError({ code: 0, text }, context, null, this.stats);
      }
    }
  };
}

async function fetchWhenPossible(context: LoaderContext, gate: Gate, signal: AbortSignal): Promise<Response> {
  for (let waited = false; ; waited = true) {
    const generation = gate.generation();
    const response = await fetch(context.url, { signal, headers: rangeHeaders(context) });
    if (response.status !== notNow) {
      if (waited) gate.passed();
      return response;
    }
    await response.body?.cancel();
    gate.block(reasonOf(response));
    await gate.opened(generation, signal);
  }
}

function rangeHeaders({ headers, rangeStart, rangeEnd }: LoaderContext): Record<string, string> {
  return rangeEnd ? { ...headers, Range: `bytes=${rangeStart ?? 0}-${rangeEnd - 1}` } : { ...headers };
}
