import { expect, test } from "vitest";
import { buildGraph, subjectOf } from "#core/graph/build-graph.ts";
import { judgeAll } from "#core/graph/judge-all.ts";
import { type Case, row } from "#core/graph/testing/traffic-cases.ts";

const APPS = ["a", "a-v2", "b", "c", "gateway", null];
const CODES = [200, 200, 404, 500, 503];

/** Traffic as callers, called ends or both tell it, some of it refused; the same for the same seed. */
function randomRows(seed: number) {
  let state = seed;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  return Array.from({ length: 60 }, () => {
    const each: Case = {
      ...{ from: APPS[random(APPS.length)] ?? null, to: APPS[random(APPS.length)] ?? null, count: 1 + random(50) },
      ...{ responseCode: CODES[random(CODES.length)] ?? 200, reporter: random(2) === 0 ? "source" : "destination" },
      ...{ protocol: random(4) === 0 ? "grpc" : "http", destinationService: `s${random(3)}.default.svc.cluster.local` },
    };
    return row(random(5) === 0 ? { ...each, responseCode: 403, deniedBy: "ns[default]-policy[p]-rule[0]" } : each);
  });
}

test("each is judged as in the graph of its view, though all views are made of the same sums", async () => {
  for (let seed = 1; seed <= 40; seed += 1) {
    const input = { startMs: 0, endMs: 60_000, rows: randomRows(seed) };
    const judged = await judgeAll(input);
    let compared = 0;
    for (const view of ["service", "workload", "app"] as const)
      for (const node of buildGraph({ ...input, view, gaps: [] }).nodes) {
        const subject = subjectOf(node);
        if (subject?.kind !== view || node.health.status === "idle") continue;
        const { kind, namespace, name } = subject;
        const text = kind === "service" ? `service ${name}` : `${kind} ${namespace}/${name}`;
        expect([seed, view, text, judged.get(text)]).toEqual([seed, view, text, node.health]);
        compared += 1;
      }
    expect(compared).toBeGreaterThan(5);
  }
});

test("a service of which few requests came to nobody is judged by all of them", async () => {
  const rows = [
    row({ from: "a", to: "b", count: 995 }),
    row({
      ...{ from: "a", to: null, count: 5, responseCode: 503, responseFlags: "UH" },
      destinationService: "b.default.svc.cluster.local",
    }),
  ];
  const judged = await judgeAll({ startMs: 0, endMs: 60_000, rows });
  expect(judged.get("service b.default.svc.cluster.local")).toMatchObject({ status: "degraded" });
  expect(judged.get("namespace default")).toMatchObject({ status: "degraded" });
});
