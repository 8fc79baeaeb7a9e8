import { expect, test } from "vitest";
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
