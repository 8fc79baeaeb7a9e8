// A fleet of clients that subscribe as Envoy does over delta ADS and acknowledge everything, in a process of its own so
// that the server can be measured apart. Reads commands as lines of JSON, answers each with a line of JSON.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { Fleet } from "./fleet-clients.ts";

const { values } = parseArgs({
  options: {
    address: { type: "string", default: "" },
    clients: { type: "string", default: "100" },
    identity: { type: "string" },
    "no-vhds": { type: "boolean", default: false },
  },
});
const tls =
  values.identity === undefined
    ? undefined
    : (JSON.parse(readFileSync(values.identity, "utf8")) as { cert: string; key: string; roots: string });
const fleet = new Fleet({
  address: values.address,
  clients: Number(values.clients),
  takesVirtualHosts: !values["no-vhds"],
  ...(tls === undefined ? {} : { tls }),
});

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line) as { do: "connect" | "disconnect" | "watch"; mark?: string };
  if (command.do === "connect") process.stdout.write(`${JSON.stringify(await fleet.connect())}\n`);
  else if (command.do === "disconnect") process.stdout.write(`${JSON.stringify(fleet.disconnect())}\n`);
  else {
    // Said at once, so that the edit is made only while the fleet is looking.
    const seen = fleet.watch(command.mark ?? "");
    process.stdout.write('{"watching":true}\n');
    process.stdout.write(`${JSON.stringify(await seen)}\n`);
  }
}
fleet.disconnect();
process.exit(0);
