import { expect, test } from "vitest";
import type { Diagnostic } from "#core/diagnostic.ts";
import { placeDiagnostics } from "#core/resource/place-diagnostics.ts";

const finding = (resource: string, ...path: (string | number)[]): Diagnostic => ({
  severity: "warning",
  code: "no-effect",
  resource,
  path,
  message: "m",
});

const TEXT = `# first
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: a }
spec:
  hosts: [a]
  http:
    - route:
        - destination:
            host: b
---
apiVersion: v1
kind: List
items:
  - kind: DestinationRule
    metadata: { name: a, namespace: other }
    spec:
      host: nobody
`;

const CHANGES = [
  { op: "delete", ref: "VirtualService/default/a" },
  { op: "upsert", text: "kind: Gateway\nmetadata: { name: a }\nspec: { servers: [] }\n", file: "g.yaml" },
  { op: "upsert", text: TEXT, file: "a.yaml" },
  { op: "upsert", text: "kind: Gateway\nmetadata: { name: n }\nspec: { servers: [] }\n", namespace: "front" },
] as const;

const ROUTE = ["spec", "http", 0, "route", 0, "destination"] as const;

test.each([
  ["a field in a document", finding("VirtualService/default/a", ...ROUTE, "host"), "a.yaml:10:19"],
  [
    "the parent of a field that is absent",
    finding("VirtualService/default/a", ...ROUTE, "port", "number"),
    "a.yaml:10:13",
  ],
  ["a field of an item of a list", finding("DestinationRule/other/a", "spec", "host"), "a.yaml:18:13"],
  ["the object itself", finding("Gateway/default/a"), "g.yaml:1:1"],
  ["an object in the namespace that was given beside the text", finding("Gateway/front/n", "spec"), ":3:7"],
  ["an object that is not applied has none", finding("Gateway/default/z", "spec"), "::"],
  ["what has a place keeps it", { ...finding("Gateway/default/a"), file: "x", line: 7, column: 8 }, "x:7:8"],
])("%s", (_, diagnostic, place) => {
  const [placed] = placeDiagnostics([diagnostic], CHANGES);
  expect([placed?.file, placed?.line, placed?.column].join(":")).toBe(place);
});
