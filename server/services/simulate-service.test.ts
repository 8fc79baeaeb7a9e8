import { expect, test } from "vitest";
import type { Located } from "#server/preview/protocol.ts";
import { createSimulateService, type SimulateServiceOptions } from "#server/services/simulate-service.ts";

const REF = "VirtualService/default/a";

/** What the thread is asked to look for, where a request meets so many routes of one text. */
async function asked(routes: number, length: number): Promise<readonly (readonly Located[])[]> {
  const calls: (readonly Located[])[] = [];
  const step = {
    origins: Array.from({ length: routes }, (_, index) => ({ resource: REF, path: `spec.http[${index}]` })),
  };
  const now = { leftOut: 0, outcomes: [{ hops: [{ proxy: "p", side: "client", steps: [step, step] }] }] };
  const service = createSimulateService({
    store: { get: async () => ({ text: "#".repeat(length) }) },
    mesh: { proxies: async () => [{ id: "p", name: "p", namespace: "default", workload: "p" }] },
    state: { revision: 0 },
    previews: {
      simulate: async () => ({ now, changed: null }),
      locate: async (texts: readonly Located[]) => {
        calls.push(texts);
        return texts.map(({ paths }) => paths.map((_, index) => index + 1));
      },
    },
  } as unknown as SimulateServiceOptions);
  const input = { from: "p", url: "http://a/" } as Parameters<typeof service.request>[0];
  const view = await service.request(input, { user: "ada" });
  expect(view.now.outcomes[0]?.hops[0]?.steps[1]?.origins[0]).toEqual({
    resource: REF,
    path: "spec.http[0]",
    ...(calls.length > 0 ? { line: 1 } : {}),
  });
  return calls;
}

test("a text is looked into once, for each place once, apart from the thread that serves people", async () => {
  const [texts, ...more] = await asked(300, 1000);
  expect(more).toEqual([]);
  expect(texts?.map(({ paths }) => paths.length)).toEqual([300]);
});

test("beyond so many places or characters lines are left out", async () => {
  expect((await asked(5000, 1000))[0]?.[0]?.paths.length).toBe(2000);
  expect(await asked(10, 1_100_000)).toEqual([]);
});
