import { expect, test } from "vitest";
import { splitBlanks } from "#components/editor/split-blanks.ts";
import { blankConditions } from "#core/form/blank-conditions.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";

const HEAD = "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: { name: r, namespace: default }\n";
const POLICY =
  "apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: { name: r, namespace: default }\n";
const routed = (match: string) =>
  `${HEAD}spec: { hosts: [reviews], http: [{ match: [${match}], route: [{ destination: { host: reviews } }] }] }\n`;

function split(text: string, value: unknown) {
  const diagnostics = [...parseDocuments(text).diagnostics, ...blankConditions(value)];
  const { problems, blanks } = splitBlanks(diagnostics, value);
  return { problems: problems.length, blanks: blanks.length };
}
const spec = (match: object) => ({ spec: { http: [{ match: [match] }] } });
const rules = (rule: object) => ({ spec: { rules: [rule] } });

test.each([
  ["a path", routed('{ uri: { prefix: "" } }'), spec({ uri: { prefix: "" } })],
  ["a header's name", routed('{ headers: { "": { exact: "" } } }'), spec({ headers: { "": { exact: "" } } })],
  [
    "callers",
    `${POLICY}spec: { action: DENY, rules: [{ from: [{ source: { principals: [] } }] }] }\n`,
    rules({ from: [{ source: { principals: [] } }] }),
  ],
  [
    "a policy's header",
    `${POLICY}spec: { action: DENY, rules: [{ when: [{ key: "request.headers[]", values: [] }] }] }\n`,
    rules({ when: [{ key: "request.headers[]", values: [] }] }),
  ],
])("%s that is not filled in yet is asked for, not complained of", (_, text, value) => {
  expect(split(text, value)).toEqual({ problems: 0, blanks: 1 });
});

test("what was filled in wrongly is a problem", () => {
  expect(split(routed('{ uri: { regex: "(" } }'), spec({ uri: { regex: "(" } }))).toEqual({ problems: 1, blanks: 0 });
});
