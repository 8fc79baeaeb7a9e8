import { expect, test } from "vitest";
import { checkConfig } from "#core/check/check-config.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { tellOnce } from "#core/resource/tell-once.ts";

const MESH = { trustDomain: "t", domainSuffix: "cluster.local", rootNamespace: "istio-system", traceSampling: 0 };
const SPEC =
  "spec: { hosts: [a.example.com], http: [{ route: [{ destination: { host: a.example.com }, weight: 50 }, { destination: { host: b.example.com }, weight: 40 }] }] }";
const LONE = `apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: { name: a }\n${SPEC}\n`;
const LISTED = `apiVersion: v1\nkind: List\nitems: [{ apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: { name: a }, ${SPEC} }]\n`;

test.each([
  ["in a document", LONE],
  ["in an item of a list", LISTED],
])("weights that do not add up %s are told once, and with the line", (_, text) => {
  const { resources, diagnostics } = parseDocuments(text);
  const found = checkConfig({ revision: 1, mesh: MESH, resources, instances: [] });
  expect(diagnostics.map(({ code }) => code)).toEqual(["weight-sum"]);
  const told = tellOnce(diagnostics, found).filter(({ code }) => code === "weight-sum");
  expect(told).toEqual(diagnostics);
  expect(told[0]?.line).toBe(4 - (text === LISTED ? 1 : 0));
});

test("two findings of one code at one place are both told", () => {
  const at = { severity: "warning", code: "no-effect", resource: "Gateway/default/a", path: ["spec"] } as const;
  const [one, other] = [
    { ...at, message: "one" },
    { ...at, message: "other" },
  ];
  expect(tellOnce([one], [one, other])).toEqual([one, other]);
});
