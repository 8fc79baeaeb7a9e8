import { expect, test } from "vitest";
import { toSarif } from "#cli/output/to-sarif.ts";
import type { Diagnostic } from "#core/diagnostic.ts";

const at = { resource: "VirtualService/default/a", path: ["spec", "http", 0] } as const;
const FINDINGS: readonly Diagnostic[] = [
  { ...at, severity: "warning", code: "weight-sum", message: "w", file: "dir/a b.yaml", line: 3, column: 5 },
  { ...at, severity: "error", code: "gateway-not-found", message: "g", hint: "h" },
  { severity: "info", code: "no-document", message: "n", file: "empty.yaml" },
];

test("a finding has its rule, its level and its place in file and object", () => {
  expect(toSarif(FINDINGS, "1.2.3")).toEqual({
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "pharos",
            version: "1.2.3",
            rules: [
              {
                id: "gateway-not-found",
                shortDescription: { text: "A VirtualService is bound to a Gateway that does not exist." },
              },
              { id: "no-document" },
              { id: "weight-sum" },
            ],
          },
        },
        columnKind: "utf16CodeUnits",
        results: [
          {
            ruleId: "weight-sum",
            ruleIndex: 2,
            level: "warning",
            message: { text: "w" },
            locations: [
              {
                physicalLocation: {
                  artifactLocation: { uri: "dir/a%20b.yaml" },
                  region: { startLine: 3, startColumn: 5 },
                },
                logicalLocations: [{ fullyQualifiedName: "VirtualService/default/a spec.http[0]" }],
              },
            ],
          },
          {
            ruleId: "gateway-not-found",
            ruleIndex: 0,
            level: "error",
            message: { text: "g\nh" },
            locations: [{ logicalLocations: [{ fullyQualifiedName: "VirtualService/default/a spec.http[0]" }] }],
          },
          {
            ruleId: "no-document",
            ruleIndex: 1,
            level: "note",
            message: { text: "n" },
            locations: [{ physicalLocation: { artifactLocation: { uri: "empty.yaml" } } }],
          },
        ],
      },
    ],
  });
});
