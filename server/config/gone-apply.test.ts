import { expect, test } from "vitest";
import { createConfigStore } from "#server/config/store.ts";
import type { Database } from "#server/db/open-database.ts";

test("an apply whose caller left while it waited for its turn writes nothing", async () => {
  const gone = new AbortController();
  const touched: string[] = [];
  const tx = new Proxy({}, { get: (_target, table) => touched.push(String(table)) });
  const db = {
    $transaction: async (run: (tx: unknown) => Promise<unknown>) => {
      gone.abort();
      return run(tx);
    },
  } as unknown as Database;
  const changes = { writes: [{ ref: "VirtualService/default/a" }], diagnostics: [] };
  const applied = createConfigStore(db).apply({ changes, author: "ada", reason: "", signal: gone.signal });
  await expect(applied).rejects.toMatchObject({ code: "unavailable" });
  expect(touched).toEqual([]);
});
