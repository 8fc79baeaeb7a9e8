import { expect, test } from "vitest";
import { filterProxies, summarizeProxy } from "#components/proxies/sync-summary.ts";
import type { ProxyStatus, SyncState } from "#core/view/mesh.ts";

const SINCE = "2026-01-01T00:00:00Z";

function proxy(name: string, connectedSince: string | null, ...states: SyncState[]): ProxyStatus {
  const [CDS = "SYNCED", LDS = "SYNCED"] = states;
  return {
    id: `sidecar~${name}`,
    name,
    namespace: "default",
    workload: name,
    type: "sidecar",
    version: "1.40.0",
    address: "",
    spiffeId: null,
    connectedSince,
    certificateNotAfter: null,
    sync: { CDS, LDS },
    revision: 1,
    lastRefusal: null,
    bytesSent: 0,
  };
}

test.each([
  ["all synced", proxy("a", SINCE), "Synced"],
  ["one type stale", proxy("a", SINCE, "SYNCED", "STALE"), "Stale"],
  ["a refusal outweighs", proxy("a", SINCE, "STALE", "ERROR"), "Refused"],
  ["a type it never asked for", proxy("a", SINCE, "SYNCED", "NOT SENT"), "Synced"],
  ["not connected, whatever it had", proxy("a", null, "ERROR"), "Away"],
])("says in a word how a proxy is: %s", (_, given, word) => {
  expect(summarizeProxy(given).word).toBe(word);
});

test.each([
  [{ query: "", state: "all" }, ["ok", "bad", "gone"]],
  [{ query: "", state: "trouble" }, ["bad"]],
  [{ query: "", state: "away" }, ["gone"]],
  [{ query: "default BAD", state: "all" }, ["bad"]],
] as const)("finds %j", (filter, names) => {
  const all = [proxy("ok", SINCE), proxy("bad", SINCE, "ERROR"), proxy("gone", null)];
  expect(filterProxies(all, filter).map(({ name }) => name)).toEqual(names);
});
