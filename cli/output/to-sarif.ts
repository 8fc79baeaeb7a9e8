import { CHECK_RULES } from "#core/check/check-config.ts";
import type { Diagnostic } from "#core/diagnostic.ts";
import { formatPath } from "#core/schema/path.ts";

const LEVEL = { error: "error", warning: "warning", info: "note" } as const satisfies Record<
  Diagnostic["severity"],
  string
>;
const SUMMARIES = new Map(CHECK_RULES.map(({ code, summary }) => [code, summary]));

/** Diagnostics as SARIF 2.1.0 (OASIS), which code hosts show beside the lines: one run, a rule for each code, the object as logical location. */
export function toSarif(diagnostics: readonly Diagnostic[], version: string): object {
  const codes = [...new Set(diagnostics.map(({ code }) => code))].sort();
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "pharos", version, rules: codes.map(toRule) } },
        // As editors count, and YAML's parser does.
        columnKind: "utf16CodeUnits",
        results: diagnostics.map((diagnostic) => ({
          ruleId: diagnostic.code,
          ruleIndex: codes.indexOf(diagnostic.code),
          level: LEVEL[diagnostic.severity],
          message: { text: [diagnostic.message, diagnostic.hint].filter(Boolean).join("\n") },
          locations: toLocations(diagnostic),
        })),
      },
    ],
  };
}

function toRule(code: Diagnostic["code"]): object {
  const text = SUMMARIES.get(code);
  return { id: code, ...(text === undefined ? {} : { shortDescription: { text } }) };
}

function toLocations({ file, line, column, resource, path = [] }: Diagnostic): object[] {
  const region = line === undefined ? {} : { region: { startLine: line, startColumn: column ?? 1 } };
  const physical =
    file === undefined
      ? {}
      : { physicalLocation: { artifactLocation: { uri: encodeURI(file.replaceAll("\\", "/")) }, ...region } };
  const logical =
    resource === undefined
      ? {}
      : { logicalLocations: [{ fullyQualifiedName: [resource, formatPath(path)].filter(Boolean).join(" ") }] };
  const location = { ...physical, ...logical };
  return Object.keys(location).length === 0 ? [] : [location];
}
