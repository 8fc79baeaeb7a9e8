import type { HTTPBatchLinkOptions } from "@trpc/client";

type FetchEsque = NonNullable<HTTPBatchLinkOptions<never>["fetch"]>;

/** What only reads answers in milliseconds; a preview of a large mesh or a roll-out may take its time. */
const READ_TIMEOUT_MS = 10_000;
const WRITE_TIMEOUT_MS = 60_000;

/** A request that a server which hangs does not hold for ever: it fails as one to a server that is away. */
export const fetchInTime: FetchEsque = (url, options) => {
  const init = (options ?? {}) as RequestInit;
  const limit = AbortSignal.timeout(init.method === "POST" ? WRITE_TIMEOUT_MS : READ_TIMEOUT_MS);
  const signal = init.signal === undefined || init.signal === null ? limit : AbortSignal.any([init.signal, limit]);
  return fetch(url, { ...init, signal });
};
