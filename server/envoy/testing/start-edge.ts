import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { makeTestAuthority } from "#grpc/testing/certificates.ts";
import { freePort } from "#node/free-port.ts";
import { createCompiler } from "#server/envoy/create-compiler.ts";
import { readCase } from "#server/envoy/testing/read-case.ts";
import { startStaticProxy } from "#server/envoy/testing/start-static-proxy.ts";
import { staticBootstrap } from "#server/envoy/testing/static-bootstrap.ts";
import { findTestEnvoy } from "#testing/find-test-envoy.ts";
import type { Cleanup } from "#testing/test-agent.ts";

const TIMEOUT_MS = 20_000;

/** A gateway of `app: edge` that answers every request with 204 by itself, a real Envoy; the port where it listens. */
export async function startEdge(
  cleanup: Pick<Cleanup, "add">,
  documents: string,
  metadata: Readonly<Record<string, unknown>> = {},
): Promise<number> {
  const dir = mkdtempSync(join(tmpdir(), "pharos-edge-"));
  cleanup.add(() => rmSync(dir, { recursive: true, force: true }));
  const port = await freePort();
  const { snapshot, node } = readCase(
    `
proxy: { type: router, name: edge-0, namespace: istio-system, mode: NONE, labels: { istio: ingressgateway, app: edge, version: v7 }, gatewayPorts: { "80": ${port} } }
instances: []
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: edge, namespace: istio-system }
spec:
  selector: { istio: ingressgateway }
  servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: edge, namespace: istio-system }
spec:
  hosts: ["*"]
  gateways: [edge]
  http: [{ directResponse: { status: 204 } }]
---
${documents.trim()}
`.trimStart(),
  );
  const asked = { ...node, metadata: { ...node.metadata, ...metadata } };
  const { layers } = createCompiler(snapshot, { hash: (bytes) => String(bytes.length) }).open(asked);
  const authority = await makeTestAuthority();
  const envoy = startStaticProxy({
    envoy: await findTestEnvoy(),
    dir,
    bootstrap: staticBootstrap(layers),
    certificate: await authority.issue("spiffe://cluster.local/ns/istio-system/sa/edge"),
    roots: authority.roots,
  });
  cleanup.add(() => envoy.stop());
  await expect.poll(() => envoy.isReady(), { timeout: TIMEOUT_MS, interval: 20 }).toBe(true);
  return port;
}
