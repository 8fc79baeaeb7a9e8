import { expect, test } from "vitest";
import { boolean, integer, list, map, message, oneOf, refused, string } from "#core/schema/make-field.ts";
import { readDraft } from "#core/schema/read-draft.ts";

const SCHEMA = message({
  name: string(),
  count: integer(),
  isOn: boolean(),
  mode: oneOf(["A", "B"]),
  gone: refused("it does not work"),
  hosts: list(string()),
  rules: list(message({ name: string() })),
  labels: map(string()),
});

test.each<[string, unknown, object]>([
  ["nothing is an empty message", undefined, {}],
  ["another shape is an empty message", [1], {}],
  [
    "what fits is kept",
    { name: "a", count: 1, isOn: false, mode: "A" },
    { name: "a", count: 1, isOn: false, mode: "A" },
  ],
  ["a number is a text as it would be written", { name: 5 }, { name: "5" }],
  ["what is no text, number, switch or name of the list", { name: null, count: "1", isOn: 1, mode: "C" }, { name: "" }],
  ["what is refused or unknown is not read", { gone: 1, other: 1, constructor: 1 }, {}],
  [
    "items keep their positions",
    { hosts: ["a", null, "b"], rules: [1, { name: "x" }] },
    { hosts: ["a", "", "b"], rules: [{}, { name: "x" }] },
  ],
  ["no list is none", { hosts: "a", rules: null }, {}],
  ["values of a map are texts", { labels: { a: 1, b: {} } }, { labels: { a: "1", b: "" } }],
])("%s", (_, value, expected) => expect(readDraft(SCHEMA, value)).toEqual(expected));
