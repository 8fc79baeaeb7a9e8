import { expect, test } from "vitest";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { formatPath } from "#core/schema/path.ts";

const found = (spec: string): string[] =>
  parseDocuments(
    `apiVersion: observe.pharos.dev/v1\nkind: Objective\nmetadata: { name: o }\nspec: ${spec}\n`,
  ).diagnostics.map(({ severity, code, path }) => `${severity} ${code} ${formatPath(path ?? [])}`);
const REST = "target: 99.9, window: { rolling: 720h }";

test.each([
  ["a service", `{ service: reviews, availability: {}, ${REST} }`, []],
  ["nobody", `{ availability: {}, ${REST} }`, ["error missing-field spec"]],
  ["two", `{ service: a, workload: b, availability: {}, ${REST} }`, ["error conflicting-fields spec.workload"]],
  ["neither", `{ service: a, ${REST} }`, ["error one-of spec"]],
  [
    "the word of anybody",
    `{ service: a, reporter: Source, availability: {}, ${REST} }`,
    ["error needs-field spec.reporter"],
  ],
  [
    "no budget",
    "{ service: a, availability: {}, target: 100, window: { calendar: Day } }",
    ["error bad-value spec.target"],
  ],
  [
    "part of an hour",
    "{ service: a, availability: {}, target: 9, window: { rolling: 90m } }",
    ["error bad-value spec.window.rolling"],
  ],
  [
    "a day of its own",
    "{ service: a, availability: {}, target: 9, window: { calendar: Day, timeZone: Asia/Kolkata } }",
    [],
  ],
  [
    "a time zone of no calendar",
    "{ service: a, availability: {}, target: 9, window: { rolling: 24h, timeZone: UTC } }",
    ["warning no-effect spec.window.timeZone"],
  ],
  [
    "some of its requests",
    `{ service: a, requests: { methods: [GET], paths: ["/a/{*}"] }, availability: {}, ${REST} }`,
    [],
  ],
  [
    "requests that nothing says",
    `{ service: a, requests: {}, availability: {}, ${REST} }`,
    ["error missing-field spec.requests"],
  ],
  [
    "a path that is never sent as it is written",
    `{ service: a, requests: { paths: ["/a b", "/ok", "/a?b=c", "/\\u00e9"] }, availability: {}, ${REST} }`,
    [
      "error bad-value spec.requests.paths[0]",
      "error bad-value spec.requests.paths[2]",
      "error bad-value spec.requests.paths[3]",
    ],
  ],
  [
    "a template that no proxy takes",
    `{ service: a, requests: { paths: ["/{*}/${"a".repeat(92)}", "/{*}/${"a".repeat(93)}", "/${"b".repeat(200)}/{**}"] }, availability: {}, ${REST} }`,
    ["error bad-value spec.requests.paths[1]"],
  ],
  [
    "a method in small letters",
    `{ service: a, requests: { methods: [get] }, availability: {}, ${REST} }`,
    ["error bad-value spec.requests.methods[0]"],
  ],
  [
    "a route as the called end tells of it",
    `{ service: a, requests: { route: { virtualService: v, name: r } }, availability: {}, ${REST} }`,
    ["error needs-field spec.requests.route"],
  ],
  ["too fast", `{ service: a, latency: { threshold: 1us }, ${REST} }`, ["error bad-value spec.latency.threshold"]],
  ["no code", `{ service: a, availability: { codes: "(" }, ${REST} }`, ["error bad-value spec.availability.codes"]],
])("%s", (_, spec, expected) => expect(found(spec)).toEqual(expected));
