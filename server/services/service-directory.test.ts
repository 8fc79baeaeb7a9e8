import { expect, test } from "vitest";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { resource } from "#core/resource/testing/problems.ts";
import { listServices } from "#server/services/service-directory.ts";

const mesh = {
  trustDomain: "cluster.local",
  domainSuffix: "cluster.local",
  rootNamespace: "istio-system",
  traceSampling: 100,
};
const entry = (name: string, host: string, port: string) =>
  resource("ServiceEntry", `{ hosts: [${host}], resolution: DNS, ports: [${port}] }`, `{ name: ${name} }`);

test("a host is one service, however its entries spell it, with the ports of those that add to it", () => {
  const text = [
    entry("a", "UPPER.example.test", "{ number: 80, name: http, protocol: HTTP }"),
    entry("b", "upper.example.test.", "{ number: 8081, name: any }"),
  ].join("\n---\n");
  const services = listServices({ revision: 1, mesh, resources: parseDocuments(text).resources, instances: [] });
  expect([...services.keys()]).toEqual(["upper.example.test"]);
  expect(services.get("upper.example.test")?.ports).toEqual([
    { name: "http", number: 80, protocol: "HTTP" },
    { name: "any", number: 8081, protocol: "detected" },
  ]);
});
