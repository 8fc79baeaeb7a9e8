import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { PharosError } from "#core/errors.ts";
import { INBOUND_PORT, OUTBOUND_PORT } from "#mesh-agent/capture/capture-plan.ts";
import type { AgentConfig } from "#mesh-agent/config.ts";

/** An Envoy that was told to end takes this long at most to let go of its ports. */
const PATIENCE_MS = 5000;
const POLL_MS = 100;

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => resolve(error.code !== "EADDRINUSE"));
    probe.listen(port, host, () => probe.close(() => resolve(true)));
  });
}

/**
 * Throws "unavailable" where another process listens on a port of this agent's Envoy. Envoy would not say so of another
 * Envoy: both listen with SO_REUSEPORT, and the kernel gives each a part of the connections. `endOwn` ends an Envoy of this agent's
 * directory that nobody knows of: of an agent that was killed while it started one, it may come only now.
 */
export async function requirePorts(
  {
    address,
    ports,
    httpProxyPort,
    outbound,
    capture,
  }: Pick<AgentConfig, "address" | "ports" | "httpProxyPort" | "outbound" | "capture">,
  endOwn: () => Promise<void>,
): Promise<void> {
  const wanted = [
    ...(capture === undefined
      ? ports.map(({ name, inboundPort }) => ({ host: address, port: inboundPort, what: `inbound port ${name}` }))
      : [
          { host: "0.0.0.0", port: OUTBOUND_PORT, what: "captured outbound connections" },
          { host: "0.0.0.0", port: INBOUND_PORT, what: "captured inbound connections" },
        ]),
    ...(httpProxyPort === undefined
      ? []
      : [{ host: "127.0.0.1", port: httpProxyPort, what: "the HTTP forward proxy (--http-proxy-port)" }]),
    ...outbound.map(({ host, bindPort }) => ({ host: "127.0.0.1", port: bindPort, what: `calls to ${host}` })),
  ];
  const deadline = performance.now() + PATIENCE_MS;
  for (const { host, port, what } of wanted) {
    while (!(await isFree(host, port))) {
      if (performance.now() > deadline)
        throw new PharosError("unavailable", `${host}:${port}, wanted for ${what}, is taken`, {
          hint: "end what listens there, or choose another port",
        });
      await endOwn();
      await delay(POLL_MS);
    }
  }
}
