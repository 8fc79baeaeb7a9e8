import { expect, test } from "vitest";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { placeBy } from "#core/resource/place-by.ts";

const TEXT = `kind: Gateway
apiVersion: networking.istio.io/v1
metadata: { name: a }
spec: { servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }] }
---
apiVersion: v1
kind: List
items:
  - apiVersion: networking.istio.io/v1
    kind: DestinationRule
    metadata: { name: b }
    spec:
      host: nobody
`;

test("a document that was read tells where its paths stand, an item of a list too, and the parent of what is absent", () => {
  const { documents } = parseDocuments(TEXT, { file: "a.yaml" });
  const placers = new Map(documents.map(({ resource, place }) => [resource.metadata.name, place]));
  const at = (resource: string, ...path: string[]) => {
    const [placed] = placeBy([{ severity: "warning", code: "no-effect", message: "m", resource, path }], placers);
    return [placed?.file, placed?.line, placed?.column].join(":");
  };
  expect([at("a", "spec", "servers"), at("b", "spec", "host"), at("b", "spec", "subsets"), at("c", "spec")]).toEqual([
    "a.yaml:4:18",
    "a.yaml:13:13",
    "a.yaml:13:7",
    "::",
  ]);
});
