import { expect, test } from "vitest";
import { tellsNewProblems } from "#components/editor/tells-new-problems.ts";
import type { Distribution } from "#core/view/mesh.ts";

type Proxy = Distribution["proxies"][number];

const pending = (id: string): Proxy => ({
  id,
  workload: "w",
  namespace: "default",
  state: "pending",
  ackMs: null,
  refusals: [],
});
const acked = (id: string): Proxy => ({ ...pending(id), state: "acked", ackMs: 10 });
const refusing = (id: string, message: string): Proxy => ({
  ...pending(id),
  state: "refused",
  refusals: [{ type: "LDS", resource: "l", message, at: "2026-01-01T00:00:00Z", origins: [] }],
});
const rollout = (proxies: readonly Proxy[], extra: Partial<Distribution> = {}): Distribution => ({
  revision: 7,
  writtenAt: "2026-01-01T00:00:00Z",
  proxies,
  away: [],
  isComplete: false,
  ...extra,
});
const finding = (message: string) =>
  ({ severity: "error", code: "file-not-usable", resource: "Gateway/default/web", message }) as const;

test.each([
  { name: "the first state", last: undefined, next: rollout([pending("a")]) },
  {
    name: "an acknowledgement",
    last: rollout([pending("a"), pending("b")]),
    next: rollout([acked("a"), pending("b")]),
  },
  {
    name: "an acknowledgement beside a refusal that is known",
    last: rollout([refusing("a", "m"), pending("b"), pending("c")]),
    next: rollout([refusing("a", "m"), acked("b"), pending("c")]),
  },
  {
    name: "a proxy that goes away",
    last: rollout([pending("a"), pending("b")]),
    next: rollout([pending("a")], { away: ["b"] }),
  },
])("$name tells no new problem", ({ last, next }) => {
  expect(tellsNewProblems(last, next)).toBe(false);
});

test.each([
  { name: "a first state with a refusal", last: undefined, next: rollout([refusing("a", "m")]) },
  { name: "a refusal", last: rollout([pending("a")]), next: rollout([refusing("a", "m")]) },
  { name: "a refusal in other words", last: rollout([refusing("a", "m")]), next: rollout([refusing("a", "n")]) },
  { name: "a refusal by another", last: rollout([refusing("a", "m")]), next: rollout([refusing("b", "m")]) },
  { name: "a refusal that is taken back", last: rollout([refusing("a", "m")]), next: rollout([acked("a")]) },
  { name: "a file", last: rollout([]), next: rollout([], { findings: [finding("m")] }) },
  { name: "what could not be translated", last: rollout([]), next: rollout([], { failures: [finding("m")] }) },
  { name: "the end", last: rollout([pending("a")]), next: rollout([acked("a")], { isComplete: true }) },
])("$name tells one", ({ last, next }) => {
  expect(tellsNewProblems(last, next)).toBe(true);
});
