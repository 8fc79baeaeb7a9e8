import { expect, test } from "vitest";
import { type HealthFigures, judgeHealth as judge } from "#core/graph/health.ts";
import { DEFAULT_TOLERANCES } from "#core/graph/tolerance.ts";

const figures = (differs: Partial<HealthFigures>): HealthFigures => ({
  requests: 20,
  seconds: 10,
  byProtocol: { http: 20, grpc: 0, tcp: 0 },
  answers: [],
  deniedBy: [],
  unseen: 0,
  blocked: 0,
  ownAnswers: [],
  unit: "requests",
  ...differs,
});
const BLOCKED = { unseen: 80, blocked: 80, ownAnswers: ["own[block_all]"] };
const judgeHealth = (of: HealthFigures) => judge(of, DEFAULT_TOLERANCES);
const DENIED = { outcome: "denied", protocol: "http", code: 403, grpcStatus: "", flags: "-", count: 20 } as const;
const REFUSED = { answers: [DENIED], deniedBy: ["AuthorizationPolicy default/deny"] };

test.each([
  ["all within tolerance", {}, "healthy", undefined],
  ["all refused", REFUSED, "failure", "refused 100 % ≥ 10 %"],
  ["most of it turned down by a caller's own proxy", BLOCKED, "healthy", "8.0/s never arrived"],
  [
    "all that arrived refused, and more of it never arrived",
    { ...REFUSED, ...BLOCKED },
    "failure",
    "refused 100 % ≥ 10 %; 8.0/s never arrived",
  ],
  ["some of it known to callers alone", { ...REFUSED, unseen: 80 }, "failure", "refused 100 % ≥ 10 %"],
  ["nothing of it arrived", { ...BLOCKED, requests: 0 }, "idle", "8.0/s never arrived"],
  ["nothing at all", { requests: 0 }, "idle", undefined],
] as const)("%s is told with what decided", (_, differs, status, cause) => {
  const health = judgeHealth(figures(differs));
  expect(health).toMatchObject({ status });
  expect(health.cause).toBe(cause);
});

test("the whole reason holds both, and the policies by name", () => {
  const { reason } = judgeHealth(figures({ ...REFUSED, ...BLOCKED }));
  expect(reason).toMatch(
    /^100\.0 % of 2\.0 requests\/s refused \(AuthorizationPolicy default\/deny\); 8\.0 requests\/s/,
  );
});
