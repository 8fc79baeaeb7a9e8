import type { SeenRequest } from "#server/envoy/testing/seen-request.ts";

/** What an application says that it saw; undefined where somebody else answered. Trailers of gRPC-Web may stand behind it. */
export function readSeen(text: string): SeenRequest | undefined {
  try {
    const value = JSON.parse(text.startsWith("{") ? text.slice(0, text.lastIndexOf("}") + 1) : text) as SeenRequest;
    return typeof value.app === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}
