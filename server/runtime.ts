import type { AppCaller } from "#server/api/router.ts";

/**
 * What the console's server components reach the process by. Next compiles its entries apart from the server and shares
 * no module with it, so the handle hangs on globalThis; the composition root sets it before the first request.
 */
export interface Runtime {
  /** The API in process, as whoever sent these headers. */
  createCaller(headers: Headers): Promise<AppCaller>;
}

const key = Symbol.for("pharos.runtime");

export function setRuntime(runtime: Runtime): void {
  (globalThis as { [key]?: Runtime })[key] = runtime;
}

export function getRuntime(): Runtime {
  const runtime = (globalThis as { [key]?: Runtime })[key];
  if (runtime === undefined) throw new Error("the console runs inside `pharos serve`; start it with that");
  return runtime;
}
