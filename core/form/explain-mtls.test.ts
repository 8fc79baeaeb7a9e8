import { expect, test } from "vitest";
import { explainMtls } from "#core/form/explain-mtls.ts";

test.each([
  ["STRICT", "Workloads of details only take mTLS: whoever calls in plaintext is refused."],
  ["PERMISSIVE", "Workloads of details take both mTLS and plaintext."],
  ["UNSET", "Workloads of details take what the namespace's policy says, else the mesh's, else both."],
  ["NONSENSE", "Workloads of details take what the namespace's policy says, else the mesh's, else both."],
])("says what the mode %s means for callers", (mode, sentence) => {
  expect(explainMtls({ spec: { mtls: { mode } } }, "Workloads of details")[0]).toBe(sentence);
});

test("names the ports that differ", () => {
  const value = { spec: { mtls: { mode: "STRICT" }, portLevelMtls: { 9080: { mode: "DISABLE" } } } };
  expect(explainMtls(value, "Workloads of details")).toContain("Port 9080 differs: disable.");
});
