import { ReadableStream } from 'node:stream/web';

/** By lower-case name. */
class EarlyHeaders extends Map<string, string> {
  constructor(headers: Readonly<Record<string, string>> = {}) {
    super(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  }

  // A Headers knows null where a Map knows undefined.
  override get(name: string): string {
    return super.get(name.toLowerCase()) ?? (null as unknown as string);
  }
}

class EarlyRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: EarlyHeaders;
  readonly signal: AbortSignal;

  constructor(url: string, { method = 'GET', headers = new EarlyHeaders(), signal = new AbortController().signal }: { method?: string; headers?: EarlyHeaders; signal?: AbortSignal }) {
    [this.url, this.method, this.headers, this.signal] = [url, method, headers, signal];
  }
}

class EarlyResponse {
  readonly status: number;
  readonly headers: EarlyHeaders;
  readonly body: ReadableStream | null;

  constructor(body: Uint8Array | ReadableStream | null, { status = 200, headers = {} }: { status?: number; headers?: Readonly<Record<string, string>> } = {}) {
    this.status = status;
    this.headers = new EarlyHeaders(headers);
    this.body = body instanceof Uint8Array ? ReadableStream.from([body]) : body;
  }
}

const early = { Headers: EarlyHeaders, Request: EarlyRequest, Response: EarlyResponse };

/**
 * The first use of Node's own Headers, Request or Response loads its HTTP client: 70 ms and more on the main thread, exactly
 * while the first page waits for it. Electron's protocol handler asks so little of these classes that plain ones do
 * for the files of that page. Gives back what puts Node's own in their place.
 */
export function useEarlyFetchClasses(): () => void {
  const own = Object.keys(early).map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const);
  for (const [name, value] of Object.entries(early)) Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  return () => {
    for (const [name, descriptor] of own) if (descriptor) Object.defineProperty(globalThis, name, descriptor);
  };
}
