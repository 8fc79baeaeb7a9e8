import { expect, test } from "vitest";
import { summarizeRollout } from "#components/editor/summarize-rollout.ts";
import type { Distribution, Refusal } from "#core/view/mesh.ts";

type State = Distribution["proxies"][number]["state"];

function distribution(states: readonly State[], extra: Partial<Distribution> = {}): Distribution {
  return {
    revision: 7,
    writtenAt: "2026-01-01T00:00:00Z",
    proxies: states.map((state, index) => ({
      id: `${index}`,
      workload: "w",
      namespace: "default",
      state,
      ackMs: state === "acked" ? 10 + index : null,
      refusals: [],
    })),
    away: [],
    isComplete: states.every((state) => state !== "pending"),
    ...extra,
  };
}

const MISSING = {
  severity: "error",
  code: "file-not-usable",
  resource: "Gateway/default/web",
  message: "/etc/tls.crt is not there; nothing is served in its place",
} as const;

const HELD: Refusal = {
  ...{ at: "2026-01-01T00:00:00Z", type: "LDS", resource: "0.0.0.0_9080", message: "unknown filter" },
  ...{ origins: [{ resource: "EnvoyFilter/default/bad" }], isHeldWithout: true },
};

test.each([
  {
    name: "not compiled yet",
    given: distribution([], { isComplete: false }),
    state: "waiting",
    sentence: "Revision 7 is being compiled.",
  },
  {
    name: "under way",
    given: distribution(["acked", "pending"]),
    state: "rolling",
    sentence: "1 of 2 proxies acknowledged revision 7.",
  },
  {
    name: "done",
    given: distribution(["acked", "acked"]),
    state: "done",
    sentence: "All 2 proxies that must have revision 7 acknowledged it, 11 ms after the write.",
  },
  {
    name: "acknowledged, and a file that it names is missing",
    given: distribution(["acked"], { findings: [MISSING] }),
    state: "unusable",
    sentence:
      "The proxy that must have revision 7 acknowledged it, 10 ms after the write, and files that Gateway/default/web names cannot be used.",
  },
  {
    name: "acknowledged, and the last good certificate is served",
    given: distribution(["acked"], { findings: [{ ...MISSING, severity: "warning" }] }),
    state: "done",
    sentence: "The proxy that must have revision 7 acknowledged it, 10 ms after the write.",
  },
  {
    name: "refused, and taken without what was at fault",
    given: distribution([], {
      proxies: distribution(["refused"]).proxies.map((proxy) => ({ ...proxy, refusals: [HELD] })),
    }),
    state: "refused",
    sentence: "1 of 1 proxies have revision 7 without what they refused of it.",
  },
  {
    name: "refused, with one away",
    given: distribution(["acked", "refused"], { away: ["x"] }),
    state: "refused",
    sentence:
      "1 of 2 proxies refused revision 7 and keep their last good configuration. 1 known proxy is not connected and will get it later.",
  },
  {
    name: "of concern to nobody",
    given: distribution([]),
    state: "nobody",
    sentence: "No proxy that was connected had to take revision 7.",
  },
])("says how far a roll-out is: $name", ({ given, state, sentence }) => {
  expect(summarizeRollout(given, (ms) => `${ms} ms`)).toMatchObject({ state, sentence });
});
