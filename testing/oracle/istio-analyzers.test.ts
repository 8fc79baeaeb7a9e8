// Where Istio's own tests say that its analysis finds something, ours finds it too, and where they say that it finds nothing, it is silent.
import { describe, expect, test } from "vitest";
import { analyzeAlone } from "#cli/commands/analyze-alone.ts";
import { EXPLAINED_ANALYSES } from "#testing/oracle/explained-analyses.ts";
import { ISTIO_ANALYZERS } from "#testing/oracle/istio-analyzers.ts";
import { findModule } from "#testing/oracle/published/find-module.ts";
import { type AnalyzerCase, readAnalyzerCases } from "#testing/oracle/published/istio-analyzers.ts";
import { writeMesh } from "#testing/oracle/published/read-published.ts";
import { STANDARD_MESH } from "#testing/oracle/published/standard-mesh.ts";

const istio = await findModule("istio.io/istio");
const cases = istio === undefined ? [] : readAnalyzerCases(istio);

/** `found X`: here, and not in Istio; `missed X`: the other way round. What is refused is not looked at, and others may count on it. */
function compare({ analyzer, manifests, expected }: AnalyzerCase): string[] {
  const counterpart = ISTIO_ANALYZERS[analyzer];
  if (counterpart === undefined) return [`no counterpart of ${analyzer}`];
  if ("none" in counterpart) return [];
  const { findings, isRefused } = analyzeAlone([
    { op: "upsert", text: writeMesh([...manifests, ...STANDARD_MESH]), file: "" },
  ]);
  const theirs = new Set(expected.map(({ ref }) => ref));
  const isMeant = ({ code }: (typeof findings)[number]): boolean => counterpart.codes.includes(code);
  const ours = new Set(findings.filter(isMeant).map(({ resource = "" }) => resource));
  const refused = new Set(findings.filter(({ severity }) => severity === "error").map(({ resource }) => resource));
  // A finding names the other one of its pair.
  const named = findings.filter(isMeant).map(({ message }) => message);
  const isTold = (ref: string): boolean =>
    ours.has(ref) || refused.has(ref) || named.some((message) => message.startsWith(`${ref} `));
  return [
    ...[...theirs].filter((ref) => !isTold(ref)).map((ref) => `missed ${ref}`),
    ...[...ours].filter((ref) => !isRefused && !theirs.has(ref)).map((ref) => `found ${ref}`),
  ];
}

describe.skipIf(istio === undefined)("what Istio's analysis finds", { timeout: 120_000 }, () => {
  test("is found here, and no more", () => {
    expect(cases.length).toBeGreaterThan(80);
    const differences = cases.flatMap((each) => compare(each).map((what) => `${each.name}: ${what}`));
    const explained = new Set(EXPLAINED_ANALYSES.map(([what]) => what));
    expect(differences.filter((each) => !explained.has(each))).toEqual([]);
    expect([...explained].filter((each) => !differences.includes(each))).toEqual([]);
  });
});
