import { expect, test } from "vitest";
import { hasErrors } from "#core/diagnostic.ts";
import {
  chooseMode,
  type LocalityMode,
  readLocalityForm,
  setDistribute,
  setFailover,
  summarizeLocality,
} from "#core/form/locality-form.ts";
import { newDocument } from "#core/form/new-document.ts";
import { openDocument } from "#core/form/open-document.ts";
import { editDocument } from "#core/resource/edit-document.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";

const NEW = newDocument("DestinationRule", "default", "reviews", { host: "reviews" });

function read(text: string) {
  const document = openDocument(text);
  if (document.kind !== "open") throw new Error("not open");
  return readLocalityForm(document.value);
}
const choose = (text: string, mode: Exclude<LocalityMode, "labels">) =>
  editDocument(text, chooseMode(read(text), mode));

test.each(["nearest", "shares", "off"] as const)(
  "%s is a valid rule as soon as it is chosen, and is read back",
  (mode) => {
    const text = choose(NEW, mode);
    expect(read(text).mode).toBe(mode);
    const { diagnostics } = parseDocuments(text);
    expect(hasErrors(diagnostics)).toBe(false);
    expect(diagnostics).toEqual([]);
  },
);

test("another region is asked for, and comes with what finds failures out", () => {
  const text = editDocument(choose(NEW, "region"), setFailover([{ from: "eu", to: "us" }]));
  expect(parseDocuments(text).diagnostics).toEqual([]);
  expect(read(text)).toMatchObject({
    mode: "region",
    failover: [{ from: "eu", to: "us" }],
    detection: { errors: 5, ejectsPercent: 100 },
  });
  expect(summarizeLocality(read(text))).toBe("Instances of reviews: eu, then us");
});

test("what was there stays, but what one mode says does not stay for another", () => {
  const own = `${NEW}  # kept\n  trafficPolicy: { outlierDetection: { consecutive5xxErrors: 2, maxEjectionPercent: 50 } }\n`;
  const text = choose(editDocument(choose(own, "region"), setFailover([{ from: "eu", to: "us" }])), "nearest");
  expect(text).toContain("# kept");
  expect(read(text)).toMatchObject({ mode: "nearest", failover: [], detection: { errors: 2, ejectsPercent: 50 } });
  expect(read(choose(text, "mesh"))).toMatchObject({ mode: "mesh", detection: { errors: 2 } });
});

test("shares are read and written", () => {
  const distribute = [
    {
      from: "eu/*",
      to: [
        { locality: "eu/*", percent: 90 },
        { locality: "us/*", percent: 10 },
      ],
    },
  ];
  const text = editDocument(choose(NEW, "shares"), setDistribute(distribute));
  expect(read(text).distribute).toEqual(distribute);
  expect(parseDocuments(text).diagnostics).toEqual([]);
});
