import { once } from "node:events";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { requirePorts } from "#mesh-agent/envoy/require-ports.ts";
import { freePort } from "#node/free-port.ts";

async function taken() {
  const port = await freePort();
  const server = createServer().listen(port, "127.0.0.1");
  await once(server, "listening");
  const ports = [{ name: "http", appPort: 1, inboundPort: port }];
  return {
    port,
    server,
    config: { address: "127.0.0.1", ports, httpProxyPort: undefined, outbound: [], capture: undefined },
  };
}

test("a port that an envoy of a killed agent holds is free when that one is told to end, which it may hear late", async () => {
  const { server, config } = await taken();
  let told = 0;
  await requirePorts(config, async () => {
    told += 1;
    if (told === 3) server.close();
  });
  expect(told).toBeGreaterThanOrEqual(3);
});

test("one that somebody else holds is named, with what it is for", async () => {
  const { port, server, config } = await taken();
  await expect(requirePorts(config, async () => undefined)).rejects.toThrow(
    `127.0.0.1:${port}, wanted for inbound port http, is taken`,
  );
  server.close();
}, 20_000);
