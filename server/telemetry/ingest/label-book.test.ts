import { expect, test } from "vitest";
import type { TrafficKey } from "#core/telemetry/dimensions.ts";
import { NOBODY } from "#core/telemetry/traffic-key.ts";
import { formatTags } from "#core/telemetry/written-tags.ts";
import { LabelBook } from "#server/telemetry/ingest/label-book.ts";

const LIMITS = { perOwner: 100, inSum: 1000 };

const keyOf = (owner: string, to: string, more: Partial<TrafficKey> = {}): TrafficKey => ({
  ...NOBODY,
  sourcePrincipal: owner,
  destinationService: to,
  responseCode: 200,
  ...more,
});

/** Stores them together; answers the labels that they have then, and who was told of. */
function store(book: LabelBook, keys: readonly TrafficKey[]) {
  const labelling = book.begin();
  const labels = keys.map((key) => labelling.labelsOf(key));
  labelling.keep();
  return { labels, folded: labelling.folded };
}

const callsOf = (owner: string, services: number) =>
  Array.from({ length: services }, (_, id) => keyOf(owner, `s${id}`));

test("a reporter that comes after many with all that they may have keeps its labels", () => {
  const book = new LabelBook(LIMITS);
  for (let id = 0; id < 20; id += 1) store(book, callsOf(`hostile-${id}`, 500));
  const late = callsOf("late", 5);
  const { labels, folded } = store(book, late);
  expect(labels).toEqual(late);
  expect(folded.size).toBe(0);
});

test("a reporter beyond its share is counted in its own bucket for the rest, whether it tells at once or in parts", () => {
  for (const parts of [1, 10]) {
    const book = new LabelBook(LIMITS);
    const keys = callsOf("hostile", 500);
    const told = Array.from({ length: parts }, (_, part) =>
      store(book, keys.slice((part * 500) / parts, ((part + 1) * 500) / parts)),
    );
    const labels = new Set(told.flatMap((each) => each.labels));
    expect(labels.size).toBe(101);
    expect(told.reduce((sum, { folded }) => sum + (folded.get("hostile") ?? 0), 0)).toBe(400);
  }
});

test("700 codes of one application leave its callers their labels: beyond a few they are counted by their class", () => {
  const book = new LabelBook({ perOwner: 5000, inSum: 50_000 });
  const codes = Array.from({ length: 700 }, (_, at) => keyOf("caller", "hostile", { responseCode: 100 + at }));
  const kept = new Set(codes.flatMap((key) => store(book, [key]).labels));
  expect(kept.size).toBeLessThan(75);
  expect(new Set([...kept].map(({ destinationService }) => destinationService))).toEqual(new Set(["hostile"]));
  expect(store(book, codes).labels.at(-1)).toMatchObject({ destinationService: "hostile", responseCode: 500 });
  book.drop(kept);
  expect(store(book, [codes[699] ?? NOBODY]).labels).toEqual([codes[699]]);
});

test("a code that finds no room is counted by its class beside the same names", () => {
  const book = new LabelBook(LIMITS);
  store(book, [keyOf("a", "s0", { responseCode: 500 }), ...callsOf("a", 500)]);
  expect(store(book, [keyOf("a", "s0", { responseCode: 503 })]).labels).toEqual([
    keyOf("a", "s0", { responseCode: 500 }),
  ]);
});

test("however many values clients choose for a label of a Telemetry, who is called is told by its name", () => {
  const book = new LabelBook(LIMITS);
  const tagged = Array.from({ length: 500 }, (_, id) =>
    keyOf("a", "s0", { tags: formatTags([["request.host", `h${id}`]]) }),
  );
  const { labels, folded } = store(book, tagged);
  expect(new Set(labels).size).toBe(51);
  expect(labels.at(-1)).toEqual(keyOf("a", "s0"));
  expect(folded.get("a")).toBe(450);
  const others = callsOf("a", 40);
  expect(store(book, others).labels).toEqual(others);
  book.drop(labels);
  expect(store(book, tagged.slice(-1)).labels).toEqual(tagged.slice(-1));
});

test("however many values clients choose, an objective's requests are told from the others", () => {
  const book = new LabelBook(LIMITS);
  const tags = (id: number) => formatTags([...MEANT, ["request.host", `h${id}`]]);
  const { labels } = store(
    book,
    Array.from({ length: 500 }, (_, id) => keyOf("a", "s0", { tags: tags(id) })),
  );
  expect(new Set(labels).size).toBe(51);
  expect(labels.at(-1)).toEqual(keyOf("a", "s0", { tags: formatTags(MEANT) }));
});
const MEANT = [["@0abc", "true"]] as const;
