import type { SeenRequest } from "#server/envoy/testing/seen-request.ts";

/** What an application says that it saw; undefined where somebody else answered. */
export function readSeen(text: string): SeenRequest | undefined {
  try {
    const value = JSON.parse(text) as SeenRequest;
    return typeof value.app === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}
