import { expect, test } from "vitest";
import { PharosError } from "#core/errors.ts";
import { requestCase } from "#core/telemetry/testing/request-case.ts";
import { createRequestService } from "#server/services/request-service.ts";
import { EMPTY_BATCH } from "#server/telemetry/ports/telemetry-sink.ts";
import { openDuckdb } from "#server/telemetry/testing/duckdb-telemetry.ts";
import { START, StoreCase } from "#server/telemetry/testing/store-case.ts";

test("a request is told of by its id for as long as it is kept, however long that is", async () => {
  const at = new StoreCase(openDuckdb);
  await at.begin();
  try {
    await at.store.sink.store({ ...EMPTY_BATCH, requests: [requestCase({ id: "old", startMs: START })] });
    const nobody = (): never => expect.unreachable("nobody is asked");
    const requests = createRequestService({
      telemetry: { requests: nobody, totals: nobody, kept: at.store.requests },
      config: { get: nobody, history: nobody },
      tap: nobody,
      now: () => START + 60 * 86_400_000,
    });
    expect(await requests.get("old")).toMatchObject({ request: { id: "old" }, causes: [] });
    await expect(requests.get("other")).rejects.toMatchObject({ code: "not-found" });
  } finally {
    await at.end();
  }
});

test("a caller's record says by which rule the called end refused it, and what another call of the same request met does not", async () => {
  const at = new StoreCase(openDuckdb);
  await at.begin();
  try {
    const call = { requestId: "r1", startMs: START, responseCode: 429 } as const;
    const limited = { deniedBy: "limit:shop/per-caller/burst", policy: "RateLimit/shop/per-caller/burst" };
    await at.store.sink.store({
      ...EMPTY_BATCH,
      requests: [
        requestCase({ ...call, id: "caller" }),
        requestCase({ ...call, ...limited, id: "called", reporter: "destination", startMs: START + 5 }),
        // Of a workload of the same name that has no part in it, told with the same id.
        requestCase({
          ...{ ...call, ...limited, id: "another", reporter: "destination", startMs: START + 9 },
          ...{ destinationNamespace: "another", destinationService: "unknown" },
          policy: "RateLimit/another/own/rule",
        }),
        requestCase({ ...call, id: "some of it", destinationWorkload: "unknown" }),
        requestCase({ ...call, id: "nobody", destinationWorkload: "unknown", destinationService: "unknown" }),
        requestCase({ ...call, id: "onward", sourceWorkload: "reviews-v1", destinationWorkload: "ratings-v1" }),
        requestCase({ ...call, id: "let in", responseCode: 200 }),
      ],
    });
    const nobody = (): never => expect.unreachable("nobody is asked");
    const none = () => Promise.reject(new PharosError("not-found", "it is gone"));
    const requests = createRequestService({
      telemetry: { requests: nobody, totals: nobody, kept: at.store.requests },
      config: { get: none, history: none },
      tap: nobody,
    });
    const why = async (id: string) => (await requests.get(id)).causes.map(({ title }) => title);
    expect(await why("caller")).toEqual(["limited by RateLimit/shop/per-caller/burst"]);
    expect(await why("some of it")).toEqual(["limited by RateLimit/shop/per-caller/burst"]);
    expect(await why("nobody")).toEqual(["the called end's answer"]);
    expect(await why("onward")).toEqual(["the called end's answer"]);
    expect(await why("let in")).toEqual([]);
    const search = { filter: "side:source", seconds: 3600, endMs: START + 60_000, limit: 50 };
    const { rows } = await requests.search({ ...search, sort: "start", isAscending: true, after: undefined });
    const told = Object.fromEntries(rows.map(({ id, policy }) => [id, policy]));
    const { policy } = limited;
    const nothing = { nobody: null, onward: null, "let in": null };
    expect(told).toEqual({ caller: policy, "some of it": policy, ...nothing });
  } finally {
    await at.end();
  }
});

test("why a request ended is told by its caller's record alone where the store does not answer", async () => {
  const away = () => Promise.reject(new PharosError("unavailable", "it is away"));
  const nobody = (): never => expect.unreachable("nobody is asked");
  const requests = createRequestService({
    telemetry: {
      ...{ requests: nobody, totals: nobody },
      kept: { list: away, histogram: nobody, facets: nobody, shapes: nobody },
    },
    config: { get: nobody, history: nobody },
    tap: nobody,
  });
  const causes = await requests.explain(requestCase({ requestId: "r1", responseCode: 403 }));
  expect(causes.map(({ title }) => title)).toEqual(["the called end's answer"]);
});
