import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CURVES } from "#core/kinds/gateway/schema.ts";
import { makeTestAuthority } from "#grpc/testing/certificates.ts";
import { findTestEnvoy } from "#testing/find-test-envoy.ts";

const TLS = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext";
const TCP = "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy";

test("Envoy agrees keys by every curve that a server may name, and by no other", async () => {
  const envoy = await findTestEnvoy();
  const { cert, key } = await (await makeTestAuthority()).issue([{ type: "dns", value: "shop.example.com" }]);
  const certificate = { certificateChain: { inlineString: cert }, privateKey: { inlineString: key } };
  const chain = (ecdhCurves: readonly string[], index: number) => ({
    filterChainMatch: { serverNames: [`${index}.example.com`] },
    transportSocket: {
      name: "tls",
      typedConfig: {
        "@type": TLS,
        commonTlsContext: { tlsParams: { ecdhCurves }, tlsCertificates: [certificate] },
      },
    },
    filters: [{ name: "tcp", typedConfig: { "@type": TCP, statPrefix: "none", cluster: "none" } }],
  });
  const dir = mkdtempSync(join(tmpdir(), "pharos-curves-"));
  const isTaken = (curves: readonly string[]): boolean => {
    const address = { socketAddress: { address: "127.0.0.1", portValue: 0 } };
    const listeners = [{ name: "all", address, filterChains: curves.map((each, index) => chain([each], index)) }];
    const clusters = [{ name: "none", type: "STATIC", loadAssignment: { clusterName: "none" } }];
    const file = join(dir, "envoy.json");
    writeFileSync(file, JSON.stringify({ staticResources: { listeners, clusters } }));
    return spawnSync(envoy, ["--mode", "validate", "-c", file, "--log-level", "off"]).status === 0;
  };
  try {
    expect(isTaken(CURVES)).toBe(true);
    expect(isTaken(["P-224"])).toBe(false);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
