import { connectGrpc } from "#grpc/client.ts";
import { startTelemetry } from "#mesh-agent/telemetry/start-telemetry.ts";
import { createLogger } from "#node/log.ts";

/** The telemetry part of an agent as a process of its own, for tests that kill it: directory and server's socket as arguments. */
const [dir = "", serverSocket = ""] = process.argv.slice(2);
const client = await connectGrpc({ socketPath: serverSocket }).catch(() => undefined);
const telemetry = await startTelemetry({
  dir,
  accessLogPath: `${dir}/access.log`,
  instance: () => ({
    namespace: "default",
    name: "productpage-0",
    workload: "productpage-v1",
    labels: { app: "productpage", version: "v1" },
    principal: "spiffe://cluster.local/ns/default/sa/productpage",
  }),
  report: async (request) => {
    if (client === undefined) throw new Error("no connection");
    return client.unary("/pharos.agent.v1.AgentService/Report", request, { timeoutMs: 5000 });
  },
  spansSocketPath: `${dir}/spans.sock`,
  envoyAdminSocket: `${dir}/admin.sock`,
  reopenLogs: async () => undefined,
  onServerTime: () => undefined,
  log: createLogger("text"),
});
process.send?.("started");
process.on("message", () => {
  void telemetry.stop(60_000).then(() => process.exit(0));
});
