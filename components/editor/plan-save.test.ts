import { expect, test } from "vitest";
import { planSave } from "#components/editor/plan-save.ts";
import { openDocument } from "#core/form/open-document.ts";

const TEXT = "kind: VirtualService\nmetadata: { name: reviews, namespace: default }\n";
const BASE = { ref: "VirtualService/default/reviews", text: TEXT, resourceVersion: 7 };

test.each([
  { name: "expects the version the edit began from", base: BASE, text: `${TEXT}spec: {}\n`, expected: 7 },
  {
    name: "expects nothing there for a new resource",
    base: { ref: null, text: TEXT, resourceVersion: null },
    text: TEXT,
    expected: 0,
  },
  { name: "expects nothing there under another name", base: BASE, text: TEXT.replace("reviews", "other"), expected: 0 },
  { name: "expects nothing of several documents", base: BASE, text: `${TEXT}---\n${TEXT}`, expected: undefined },
  { name: "expects nothing of text that is not YAML", base: BASE, text: "a: [", expected: undefined },
])("$name", ({ base, text, expected }) => {
  expect(planSave(base, text, openDocument(text), [])).toEqual([
    { op: "upsert", text, ...(expected === undefined ? {} : { expectedVersion: expected }) },
  ]);
});

test("what goes along is in the same write", () => {
  const companion = { ref: "DestinationRule/default/reviews", isNew: true, what: "", text: "x", expectedVersion: 0 };
  expect(planSave(BASE, TEXT, openDocument(TEXT), [companion])[1]).toEqual({
    op: "upsert",
    text: "x",
    expectedVersion: 0,
  });
});
