import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type ApiClient, connect } from "#cli/client/client.ts";
import { EXIT } from "#cli/exit-codes.ts";
import { joinGateway } from "#cli/testing/join-gateway.ts";
import { formatPath } from "#core/schema/path.ts";
import { makeTestAuthority } from "#grpc/testing/certificates.ts";
import { freePort } from "#node/free-port.ts";
import { runPharos } from "#testing/run-pharos.ts";
import { startServe } from "#testing/start-serve.ts";
import { Cleanup, temporaryDir } from "#testing/test-agent.ts";

// The whole server with a gateway's agent and its Envoy: what is wrong with files of its host is told on the Gateway that names them.

let cleanup: Cleanup;
let api: ApiClient;
let serverDir: string;
beforeEach(async () => {
  cleanup = new Cleanup();
  const server = await startServe();
  cleanup.add(() => server.stop());
  serverDir = server.dir;
  api = connect({ dir: serverDir });
});
afterEach(() => cleanup.run());

test("a certificate that cannot be served is told where it is applied, on its Gateway, by analyze and on the overview, until it can be", {
  timeout: 240_000,
}, async () => {
  await joinGateway(api, cleanup);

  const files = temporaryDir(cleanup);
  const [cert, key] = [join(files, "tls.crt"), join(files, "tls.key")];
  const gateway = `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: web, namespace: default }
spec:
  selector: { istio: ingressgateway }
  servers:
    - port: { number: ${await freePort()}, name: https, protocol: HTTPS }
      hosts: ["*"]
      tls: { mode: SIMPLE, serverCertificate: ${cert}, privateKey: ${key} }
`;
  const applied = await runPharos(serverDir, ["apply", "-f", "-", "--wait"], gateway);
  const line = `error: Gateway/default/web spec.servers[0].tls.serverCertificate: ${cert} is not there; nothing is served in its place`;
  expect(applied.stderr).toContain(line);
  expect(applied.stderr).toContain("on the host of default/ingress-0: put it there, or correct the path");
  expect(applied.code).toBe(EXIT.refused);

  const analyzed = await runPharos(serverDir, ["analyze", "--live"]);
  expect([analyzed.code, analyzed.stdout]).toEqual([EXIT.differs, expect.stringContaining(line)]);
  const of = async () =>
    (await api.config.get.query({ ref: "Gateway/default/web" })).diagnostics.map(
      ({ severity, path = [], message }) => `${severity} ${formatPath(path).split(".").at(-1)} ${message}`,
    );
  expect(await of()).toHaveLength(1);
  expect((await api.overview.get.query({ seconds: 60 })).diagnostics.errors).toBe(1);
  const [{ revision } = { revision: 0 }] = await api.config.history.query({ limit: 1 });
  expect((await api.config.distribution.query({ revision })).findings).toHaveLength(1);

  const authority = await makeTestAuthority();
  const [first, second] = await Promise.all([1, 2].map(() => authority.issue([{ type: "dns", value: "a.example" }])));
  writeFileSync(cert, first?.cert ?? "");
  writeFileSync(key, "no key\n");
  await expect
    .poll(of, { timeout: 30_000 })
    .toEqual([
      `error privateKey ${key} holds no private key in PEM that can be read without a passphrase; nothing is served in its place`,
    ]);
  writeFileSync(key, first?.key ?? "");
  await expect.poll(of, { timeout: 30_000 }).toEqual([]);
  writeFileSync(key, second?.key ?? "");
  await expect
    .poll(of, { timeout: 30_000 })
    .toEqual([
      `warning privateKey the key in ${key} is not that of the certificate in ${cert}; the last good one is served`,
    ]);
  writeFileSync(cert, second?.cert ?? "");
  await expect.poll(of, { timeout: 30_000 }).toEqual([]);
  const again = await runPharos(serverDir, ["apply", "-f", "-", "--wait"], gateway.replace('["*"]', "[a.example]"));
  expect([again.code, again.stderr]).toEqual([EXIT.ok, expect.stringContaining("1 proxy has it")]);
});
