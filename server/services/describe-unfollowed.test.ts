import { expect, test } from "vitest";
import type { ProxyStatus, Refusal } from "#core/view/mesh.ts";
import { describeUnfollowed } from "#server/services/describe-unfollowed.ts";

const refusal = { message: "no" } as Refusal;
function proxy(id: string, over: Partial<ProxyStatus>): ProxyStatus {
  const base = { id, name: id, namespace: "default", workload: id, type: "sidecar", version: "", address: "" } as const;
  return {
    ...base,
    spiffeId: null,
    connectedSince: "2026-01-01T00:00:00Z",
    certificateNotAfter: null,
    sync: {},
    revision: null,
    lastRefusal: null,
    bytesSent: 0,
    ...over,
  };
}
const of = { revision: 4, writtenAt: "2026-01-01T00:00:00Z", failures: [] };

test("a revision that the compiler does not have is not complete, whoever is connected", () => {
  const all = [proxy("a", { revision: 3 })];
  expect(describeUnfollowed({ ...of, isCompiled: false }, all)).toMatchObject({ proxies: [], isComplete: false });
});

test.each([
  ["who holds a newer one has it", { revision: 9 }, "acked", true],
  ["who holds an older one waits", { revision: 3 }, "pending", false],
  ["who refuses something has refused", { revision: 3, lastRefusal: refusal }, "refused", true],
] as const)("%s", (_, over, state, isComplete) => {
  const { proxies, isComplete: complete } = describeUnfollowed({ ...of, isCompiled: true }, [proxy("a", over)]);
  expect(proxies.map((each) => each.state)).toEqual([state]);
  expect(complete).toBe(isComplete);
});

test("who is away is listed and not waited for", () => {
  const all = [proxy("a", { connectedSince: null, revision: 1 })];
  expect(describeUnfollowed({ ...of, isCompiled: true }, all)).toMatchObject({
    away: ["a"],
    proxies: [],
    isComplete: true,
  });
});
