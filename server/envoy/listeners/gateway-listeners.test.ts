import { expect, test } from "vitest";
import type { AnyResource } from "#core/resource/resource.ts";
import { createCompiler } from "#server/envoy/create-compiler.ts";
import { networking } from "#server/envoy/testing/random-draw.ts";
import { router } from "#server/envoy/testing/random-law.ts";
import { hash, MESH } from "#server/envoy/testing/random-world.ts";
import { ReadBack } from "#server/envoy/testing/read-back.ts";

const LABELS = { istio: "gw" };
const node = router("default", LABELS);

const gateway = (name: string, bind: string | undefined): AnyResource =>
  networking("Gateway", name, "default", {
    selector: LABELS,
    servers: [{ port: { number: 80, name: "http", protocol: "HTTP" }, hosts: [`${name}.test`], ...(bind && { bind }) }],
  });
const routed = (name: string): AnyResource =>
  networking("VirtualService", name, "default", {
    hosts: [`${name}.test`],
    gateways: [name],
    http: [{ directResponse: { status: 200 } }],
  });

function readGateway(binds: Readonly<Record<string, string | undefined>>): ReadBack {
  const resources = Object.entries(binds).flatMap(([name, bind]) => [gateway(name, bind), routed(name)]);
  return new ReadBack(createCompiler({ revision: 1, mesh: MESH, resources, instances: [] }, { hash }).open(node));
}

test.each([[{ a: undefined, b: node.address }], [{ a: node.address, b: undefined }]])(
  "who is bound to the gateway's own address and who says nothing share a listener: %j",
  (binds) => {
    const read = readGateway(binds);
    expect(read.listeners().map(({ name }) => name)).toEqual([`${node.address}_80`]);
    const routes = read.routeConfigs().map(({ virtualHosts }) => virtualHosts.flatMap(({ domains }) => domains));
    expect(routes).toEqual([expect.arrayContaining(["a.test", "b.test"])]);
  },
);

test("who is bound to another address has a listener of its own", () => {
  const names = readGateway({ a: undefined, b: "127.0.0.9" })
    .listeners()
    .map(({ name }) => name);
  expect(names.toSorted()).toEqual([`${node.address}_80`, "127.0.0.9_80"].toSorted());
});
