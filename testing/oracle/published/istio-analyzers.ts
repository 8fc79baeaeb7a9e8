import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readManifests } from "#testing/oracle/published/read-published.ts";
import type { Manifest } from "#testing/oracle/published/stand-in.ts";

/** What Istio's own tests say that its analysis finds in files. */
export interface AnalyzerCase {
  readonly name: string;
  /** `virtualservice.GatewayAnalyzer` */
  readonly analyzer: string;
  readonly manifests: readonly Manifest[];
  readonly expected: readonly { readonly message: string; readonly ref: string }[];
}

const FOLDER = "pkg/config/analysis/analyzers";
const CASE = /^\t\{\n([\s\S]*?)^\t\},/gm;

/** The table of Istio's analyzers_test.go: cases with a mesh's configuration beside them are left out. */
export function readAnalyzerCases(module: string): readonly AnalyzerCase[] {
  const text = readFileSync(join(module, FOLDER, "analyzers_test.go"), "utf8");
  return [...text.matchAll(CASE)].flatMap(([, body = ""]) => {
    const files = [...(/inputFiles:[\s\S]*?\}/.exec(body)?.[0] ?? "").matchAll(/"(testdata\/[^"]+)"/g)];
    if (files.length === 0 || body.includes("meshConfigFile:") || body.includes("meshNetworksFile:")) return [];
    return [
      {
        name: /name:\s+"([^"]*)"/.exec(body)?.[1] ?? "",
        analyzer: /analyzer:\s+&?([\w.]+)/.exec(body)?.[1] ?? "",
        manifests: files.flatMap(
          ([, file = ""]) => readManifests(readFileSync(join(module, FOLDER, file), "utf8")) ?? [],
        ),
        expected: [...body.matchAll(/\{msg\.(\w+), "(\w+) (?:([^"/]+)\/)?([^"]+)"\}/g)].map(
          ([, message = "", kind = "", namespace = "default", name = ""]) => ({
            message,
            ref: `${kind}/${namespace}/${name}`,
          }),
        ),
      },
    ];
  });
}
