import { createServer } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type ApiClient, connect } from "#cli/client/client.ts";
import { EXIT } from "#cli/exit-codes.ts";
import { joinGateway } from "#cli/testing/join-gateway.ts";
import { formatPath } from "#core/schema/path.ts";
import { freePort } from "#node/free-port.ts";
import { runPharos } from "#testing/run-pharos.ts";
import { startServe } from "#testing/start-serve.ts";
import { Cleanup } from "#testing/test-agent.ts";

// The whole server with a gateway's agent and its Envoy: what that refuses is told on the Gateway that it was made from.

const gateway = (port: number): string => `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: web, namespace: default }
spec:
  selector: { istio: ingressgateway }
  servers:
    - { port: { number: ${port}, name: http, protocol: HTTP }, hosts: ["*"] }
`;

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

/** A port that somebody else listens on. */
async function takePort(): Promise<number> {
  const port = await freePort();
  const other = createServer();
  await new Promise<void>((done) => other.listen(port, "127.0.0.1", done));
  cleanup.add(() => new Promise<void>((done) => other.close(() => done())));
  return port;
}

test("what Envoy refuses is told on its Gateway, in lists, by analyze and on the overview, until it takes another", {
  timeout: 240_000,
}, async () => {
  await joinGateway(api, cleanup);

  const taken = await takePort();
  const applied = await runPharos(serverDir, ["apply", "-f", "-", "--wait"], gateway(taken));
  expect(applied.code).toBe(EXIT.refused);

  const ref = "Gateway/default/web";
  const found = await api.config.get.query({ ref });
  expect(found.diagnostics).toMatchObject([
    {
      severity: "error",
      code: "refused-by-envoy",
      message: expect.stringContaining(`cannot bind '127.0.0.1:${taken}'`),
    },
  ]);
  const [finding] = found.diagnostics;
  expect(finding?.hint).toMatch(/^at default\/ingress, where .* offered again by itself$/);
  expect(formatPath(finding?.path ?? [])).toMatch(/^spec\.servers\[0\]/);
  const listed = async () => (await api.config.list.query({})).find((each) => each.ref === ref)?.diagnostics;
  expect(await listed()).toEqual(found.diagnostics);
  const errors = async () => (await api.overview.get.query({ seconds: 60 })).diagnostics.errors;
  expect(await errors()).toBe(1);
  const analyzed = await runPharos(serverDir, ["analyze", "--live"]);
  expect([analyzed.code, analyzed.stdout]).toEqual([
    EXIT.differs,
    expect.stringContaining(`error: ${ref} spec.servers`),
  ]);

  const moved = await runPharos(serverDir, ["apply", "-f", "-", "--wait"], gateway(await freePort()));
  expect([moved.code, await listed(), await errors()]).toEqual([EXIT.ok, [], 0]);
});
