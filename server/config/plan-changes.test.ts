import { expect, test } from "vitest";
import { planChanges } from "#server/config/plan-changes.ts";

const NAMED = (index: number) => `apiVersion: v1\nkind: X\nmetadata: { name: n${index} }\n`;

test("too many documents and too many characters are told before they are read, with the limit", async () => {
  const text = Array.from({ length: 10_001 }, (_, index) => NAMED(index)).join("---\n");
  await expect(planChanges([{ op: "upsert", text }])).rejects.toMatchObject({
    code: "too-large",
    message: expect.stringContaining("10000"),
  });
  await expect(planChanges([{ op: "upsert", text: "#".repeat(16_000_001) }])).rejects.toMatchObject({
    code: "too-large",
    message: expect.stringContaining("16 MB"),
  });
});

test("problems are told up to a bound", async () => {
  const text = Array.from({ length: 2000 }, (_, index) => NAMED(index)).join("---\n");
  const { writes, diagnostics } = await planChanges([{ op: "upsert", text }]);
  expect(writes).toEqual([]);
  expect(diagnostics).toHaveLength(1001);
  expect(diagnostics.at(-1)).toMatchObject({ severity: "error", code: "more-problems" });
});

test("nothing at all is an error; one empty file among others is a warning", async () => {
  expect((await planChanges([{ op: "upsert", text: "# nothing\n" }])).diagnostics).toMatchObject([
    { severity: "error", code: "no-document" },
  ]);
  const deleted = { op: "delete", ref: "VirtualService/default/a" } as const;
  expect((await planChanges([deleted, { op: "upsert", text: "" }])).diagnostics).toMatchObject([
    { severity: "warning", code: "no-document" },
  ]);
});
