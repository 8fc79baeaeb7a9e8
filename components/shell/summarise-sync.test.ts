import { expect, test } from "vitest";
import { summariseSync } from "#components/shell/summarise-sync.ts";
import type { ProxyStatus, SyncState } from "#core/view/mesh.ts";

function proxy(state: SyncState, connected = true): ProxyStatus {
  return {
    id: "sidecar~127.0.0.1~a.default~default.svc.cluster.local",
    name: "a",
    namespace: "default",
    workload: "a",
    type: "sidecar",
    version: "1.40.0",
    address: "127.0.0.1",
    spiffeId: null,
    connectedSince: connected ? "2026-01-01T00:00:00Z" : null,
    certificateNotAfter: null,
    sync: { CDS: state },
    revision: 1,
    lastRefusal: null,
    bytesSent: 0,
  };
}

test.each([
  ["all synced", [proxy("SYNCED"), proxy("SYNCED")], "ok", "2 synced"],
  ["one late", [proxy("SYNCED"), proxy("STALE")], "warn", "1/2 synced"],
  ["a refusal outweighs a late one", [proxy("ERROR"), proxy("STALE")], "bad", "1 refused"],
  ["a proxy that is away does not count as late", [proxy("SYNCED"), proxy("STALE", false)], "ok", "1 synced"],
  ["nothing connected", [], "neutral", "No proxies"],
] as const)("%s", (_, proxies, tone, text) => {
  expect(summariseSync(proxies)).toMatchObject({ tone, text });
});
