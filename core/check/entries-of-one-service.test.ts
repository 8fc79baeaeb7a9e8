import { expect, test } from "vitest";
import { checkConfig } from "#core/check/check-config.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { resource } from "#core/resource/testing/problems.ts";

const entry = (name: string, port: string) =>
  resource(
    "ServiceEntry",
    `{ hosts: [a.example.test], resolution: DNS, ports: [${port}], endpoints: [{ address: b.test }] }`,
    `{ name: ${name} }`,
  );
const route = (kind: string, number: number) =>
  resource(
    "VirtualService",
    `{ hosts: [a.example.test], ${kind}: [{ route: [{ destination: { host: A.example.test., port: { number: ${number} } } }] }] }`,
  );

function check(...documents: string[]): string[] {
  const { resources } = parseDocuments(documents.join("\n---\n"));
  const mesh = {
    trustDomain: "cluster.local",
    domainSuffix: "cluster.local",
    rootNamespace: "istio-system",
    traceSampling: 1,
  };
  return checkConfig({ revision: 1, mesh, resources, instances: [] }).map(({ code, message }) => `${code} ${message}`);
}

const HTTP = entry("one", "{ name: http, number: 80, protocol: HTTP }");
const MORE = entry("two", "{ name: more, number: 8081, protocol: HTTP }");

test("a port that another entry of the service adds is there", () => {
  expect(check(HTTP, MORE, route("http", 8081))).toEqual([]);
  expect(check(HTTP, MORE, route("http", 8082))).toEqual([
    "destination-host-not-found the service a.example.test has no port 8082",
  ]);
});

test("routes of connections for a host that takes TLS alone are told", () => {
  const tls = entry("one", "{ name: tls, number: 443, protocol: TLS }");
  expect(check(tls, route("tcp", 443)).map((line) => line.split(" ")[0])).toEqual(["http-only-setting"]);
  expect(check(tls, entry("two", "{ name: db, number: 9000, protocol: TCP }"), route("tcp", 443))).toEqual([]);
});
