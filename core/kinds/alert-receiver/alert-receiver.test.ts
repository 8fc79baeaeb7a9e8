import { expect, test } from "vitest";
import { readReceivers } from "#core/resolve/alerting.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { formatPath } from "#core/schema/path.ts";

const parsed = (spec: string) =>
  parseDocuments(`apiVersion: observe.pharos.dev/v1\nkind: AlertReceiver\nmetadata: { name: r }\nspec: ${spec}\n`);
const HOOK = "webhook: { url: https://a.test/ }";

test.each([
  ["a webhook that is reminded", `{ ${HOOK}, repeatInterval: 4h }`, []],
  ["one that is reminded all the time", `{ ${HOOK}, repeatInterval: 30s }`, ["error bad-value spec.repeatInterval"]],
  ["what is no duration", `{ ${HOOK}, repeatInterval: often }`, ["error bad-value spec.repeatInterval"]],
  [
    "an Alertmanager, which reminds by itself",
    "{ alertmanager: { url: http://a.test }, repeatInterval: 4h }",
    ["warning no-effect spec.repeatInterval"],
  ],
  ["two", `{ ${HOOK}, alertmanager: { url: http://a.test } }`, ["error one-of spec"]],
  [
    "no pattern",
    `{ ${HOOK}, matchers: [{ name: a, op: "=~", value: "(" }] }`,
    ["error bad-value spec.matchers[0].value"],
  ],
])("%s", (_, spec, expected) => {
  const { diagnostics } = parsed(spec);
  expect(diagnostics.map(({ severity, code, path }) => `${severity} ${code} ${formatPath(path ?? [])}`)).toEqual(
    expected,
  );
});

test("who is not reminded has no interval, and matchers choose by labels, of which one that is missing is empty", () => {
  const of = (spec: string) => readReceivers(parsed(spec))[0];
  expect([of(`{ ${HOOK} }`)?.repeatMs, of(`{ ${HOOK}, repeatInterval: 90m }`)?.repeatMs]).toEqual([
    undefined,
    5_400_000,
  ]);
  const wants = (op: string, value: string, labels: Record<string, string>): boolean | undefined =>
    of(`{ ${HOOK}, matchers: [{ name: a, op: "${op}", value: "${value}" }] }`)?.wants(labels);
  expect([
    wants("=", "x", { a: "x" }),
    wants("=", "", {}),
    wants("!=", "x", {}),
    wants("=~", "x|y", { a: "xy" }),
  ]).toEqual([...[true, true, true, false]]);
  expect([wants("!~", "x.*", { a: "xy" }), wants("=~", ".*", {})]).toEqual([false, true]);
});
