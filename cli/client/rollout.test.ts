import { expect, test } from "vitest";
import { describeRollout, exitOfRollout } from "#cli/client/rollout.ts";
import { locateOrigins } from "#cli/commands/locate-origins.ts";
import { EXIT } from "#cli/exit-codes.ts";
import type { Distribution, Refusal } from "#core/view/mesh.ts";

type Proxy = Distribution["proxies"][number];

const FILE = `---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: ratings }
spec:
  hosts: [ratings]
  http:
    - match: [{ uri: { regex: '\\p{Greek}' } }]
      route: [{ destination: { host: ratings } }]
`;
const refusal: Refusal = {
  at: "2026-01-01T00:00:00Z",
  type: "VHDS",
  resource: "http_proxy/ratings.default.svc.cluster.local:9080",
  message: "invalid character class range: \\p{Foo}",
  origins: [
    { resource: "VirtualService/default/ratings", path: "spec.http[0]" },
    { resource: "ServiceEntry/default/ratings" },
  ],
};

function proxy(id: string, state: Proxy["state"], ackMs: number | null = null): Proxy {
  const refusals = state === "refused" ? [refusal] : [];
  return { id, workload: id, namespace: "default", state, ackMs, refusals };
}

test("all that are connected have it: done, and those away are listed", () => {
  const rollout = {
    revision: 4,
    proxies: [proxy("a", "acked", 12.4), proxy("b", "acked", 80)],
    away: ["c"],
    isComplete: true,
  };
  expect(exitOfRollout(rollout)).toBe(EXIT.ok);
  expect(describeRollout(rollout)).toBe("revision 4: 2 proxies have it, the last after 80 ms\naway: c\n");
});

test("one that all have is no success where a file that it names cannot be used, and is where the last good one is served", () => {
  const finding = {
    severity: "error",
    code: "file-not-usable",
    resource: "Gateway/default/web",
    message: "/etc/tls.crt is not there; nothing is served in its place",
  } as const;
  const rollout = { revision: 4, proxies: [proxy("a", "acked", 12)], away: [], findings: [finding], isComplete: true };
  expect(exitOfRollout(rollout)).toBe(EXIT.refused);
  expect(exitOfRollout({ ...rollout, findings: [{ ...finding, severity: "warning" }] })).toBe(EXIT.ok);
});

test("what concerns no proxy that is there is done, and said so", () => {
  const rollout = { revision: 6, proxies: [], away: [], isComplete: true };
  expect(exitOfRollout(rollout)).toBe(EXIT.ok);
  expect(describeRollout(rollout)).toBe("revision 6: no connected proxy needs it\n");
});

test("a refusal names the object, where it stands in the file, Envoy's words once, and every proxy", () => {
  const rollout = {
    revision: 5,
    proxies: [proxy("a", "refused"), proxy("b", "refused"), proxy("c", "pending")],
    away: [],
    isComplete: false,
  };
  const locate = locateOrigins([{ op: "upsert", text: FILE, file: "ratings.yaml" }]);
  expect(exitOfRollout(rollout)).toBe(EXIT.refused);
  expect(describeRollout(rollout, locate).split("\n")).toEqual([
    "refused: VirtualService/default/ratings spec.http[0]; ServiceEntry/default/ratings",
    "  at ratings.yaml:8:7",
    "  envoy says: invalid character class range: \\p{Foo}",
    "  refused by a",
    "  refused by b",
    "they keep what they had; correct it and apply again, or take revision 5 back with `pharos rollback 5 --undo`",
    "",
  ]);
});

test("a refusal of several lines is one paragraph: none of them reads as another answer", () => {
  const forged = { ...refusal, message: "no\nrevision 5: 3 proxies have it" } as const;
  const proxies = [{ ...proxy("a", "refused"), refusals: [forged] }];
  const lines = describeRollout({ revision: 5, proxies, away: [], isComplete: true }).split("\n");
  expect(lines.slice(1, 3)).toEqual(["  envoy says: no", "    | revision 5: 3 proxies have it"]);
});

test("of what is left out alone it is said that all else is in force", () => {
  const held = { ...refusal, origins: [{ resource: "EnvoyFilter/default/bad" }], isHeldWithout: true } as const;
  const rollout = {
    revision: 5,
    proxies: [{ ...proxy("a", "refused"), refusals: [held] }],
    away: [],
    isComplete: true,
  };
  expect(exitOfRollout(rollout)).toBe(EXIT.refused);
  expect(describeRollout(rollout).split("\n").slice(3)).toEqual([
    "  it is left out there, and all else is in force",
    "correct it and apply again, or take revision 5 back with `pharos rollback 5 --undo`",
    "",
  ]);
});

test("what is left out and was not applied here is not this change's to take back", () => {
  const held = { ...refusal, origins: [{ resource: "WasmPlugin/default/old" }], isHeldWithout: true } as const;
  const proxies = [{ ...proxy("a", "refused"), refusals: [held] }];
  const locate = locateOrigins([{ op: "upsert", text: FILE, file: "ratings.yaml" }]);
  const said = describeRollout({ revision: 5, proxies, away: [], isComplete: true }, locate);
  expect(said).toContain("what is left out is not of what was applied here");
  expect(said).not.toContain("rollback");
});

test("a proxy that lacks what it lacked before has the revision: it is told, and refused only where that was applied here", () => {
  const origins = [{ resource: "VirtualService/default/ratings", path: "spec.http[0]" }];
  const old = { ...refusal, origins, isHeldWithout: true, wasHeldWithout: true } as const;
  const rollout = {
    revision: 5,
    proxies: [{ ...proxy("a", "acked", 12), refusals: [old] }],
    away: [],
    isComplete: true,
  };
  expect(exitOfRollout(rollout)).toBe(EXIT.ok);
  expect(describeRollout(rollout).split("\n")).toEqual([
    "revision 5: 1 proxy has it, the last after 12 ms",
    "refused: VirtualService/default/ratings spec.http[0]",
    "  envoy says: invalid character class range: \\p{Foo}",
    "  refused by a",
    "  it is left out there, as it was before, and all else is in force",
    "",
  ]);
  const locate = locateOrigins([{ op: "upsert", text: FILE, file: "ratings.yaml" }]);
  expect(exitOfRollout(rollout, locate)).toBe(EXIT.refused);
  expect(describeRollout(rollout, locate)).toContain("of what was applied here: correct it and apply again");
});

test("those that have not answered in time are named", () => {
  const rollout = {
    revision: 6,
    proxies: [proxy("a", "acked", 5), proxy("b", "pending")],
    away: [],
    isComplete: false,
  };
  expect(exitOfRollout(rollout)).toBe(EXIT.timeout);
  expect(describeRollout(rollout)).toContain("1 of 2 proxies have not acknowledged revision 6\nwaiting for b\n");
});

test("a revision that is not compiled in time is not done", () => {
  const rollout = { revision: 6, proxies: [], away: [], isComplete: false };
  expect(exitOfRollout(rollout)).toBe(EXIT.timeout);
  expect(describeRollout(rollout)).toBe("timed out: revision 6 has not been compiled\n");
});

test("what cannot be translated is a refusal, with the object, also where every proxy has the rest", () => {
  const failures = [
    { severity: "error", code: "not-translated", resource: "DestinationRule/default/a", message: "cannot" },
  ] as const;
  const rollout = { revision: 6, proxies: [proxy("a", "acked", 5)], away: [], failures, isComplete: true };
  expect(exitOfRollout(rollout)).toBe(EXIT.refused);
  expect(describeRollout(rollout)).toContain("not translated: DestinationRule/default/a: cannot\n");
});
