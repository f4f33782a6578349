// What is used of `fetch` (https://fetch.spec.whatwg.org), as types of our own: the platform's fits, and
// so does one that goes through a proxy.

export interface FetchInit {
  readonly method: "GET" | "POST" | "DELETE";
  readonly headers: Record<string, string>;
  readonly body?: string;
  readonly signal: AbortSignal;
  readonly cache: "no-store";
  /** Whether it is to be completed though its page be gone by then. */
  readonly keepalive: boolean;
  /** A redirect is an answer like any other refusal; following it could carry credentials elsewhere. */
  readonly redirect: "manual";
}

export interface FetchResponse {
  readonly status: number;
  readonly headers: { forEach(each: (value: string, name: string) => void): void };
  readonly body: { getReader(): BodyReader } | null;
}

interface BodyReader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
}

export type Fetch = (url: string, init: FetchInit) => Promise<FetchResponse>;
