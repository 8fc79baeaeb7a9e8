import { expect, test } from "vitest";
import { operationTag } from "#core/schema/cel/operation-tag.ts";
import { compileRedaction } from "#core/telemetry/redact-headers.ts";
import { cleanTags, formatTags, parseTags, tagsIn } from "#core/telemetry/written-tags.ts";
import { fc } from "#testing/fc.ts";

const redact = compileRedaction([]);

test("what is written is read as it was, in one order", () => {
  const values: [string, string][] = [
    ["request.method", "GET"],
    ['request.headers["a"]', 'b"\\,{}'],
  ];
  const text = formatTags(values);
  expect(text).toBe(formatTags([...values].reverse()));
  expect([...parseTags(text)].sort()).toEqual([...values].sort());
  expect(formatTags([])).toBe("");
});

test("nobody's text is more than it may be, and cleaning it again changes nothing", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.dictionary(fc.string(), fc.string()).map((all) => JSON.stringify(all)),
      ),
      (text) => {
        const clean = cleanTags(text, redact);
        expect(cleanTags(clean, redact)).toBe(clean);
        expect(clean.length).toBeLessThanOrEqual(1400);
        expect(clean).not.toMatch(/\p{Cc}/u);
      },
    ),
  );
});

test("no expression takes the room of an operation, whatever it begins with", () => {
  const { name } = operationTag({ methods: ["GET"], paths: [], route: undefined });
  const long = Array.from({ length: 16 }, (_, at): [string, string] => [`("${at}" + request.path)`, "x".repeat(100)]);
  expect(parseTags(formatTags([...long, [name, "true"]])).get(name)).toBe("true");
});

test("what there is too much of is left out, and the rest stays", () => {
  const many = formatTags(Array.from({ length: 20 }, (_, index) => [`request.headers['${index}']`, "x".repeat(300)]));
  const read = [...parseTags(many).values()];
  expect(read.length).toBeGreaterThan(3);
  expect(read.every((value) => value.length <= 100)).toBe(true);
  expect(tagsIn([1])).toEqual([]);
  expect(tagsIn({ a: 1, b: "c" })).toEqual([["b", "c"]]);
});
