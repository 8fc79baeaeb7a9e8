import type { ScriptedClient } from "#server/xds/testing/scripted-client.ts";
import { StaticLayer } from "#server/xds/testing/static-layer.ts";

/** Two services outbound, and an inbound cluster and listener of the workload's own. */
export function mesh(): { outbound: StaticLayer; own: StaticLayer } {
  return {
    outbound: new StaticLayer("outbound/default", {
      CDS: { a: "a1", b: "b1" },
      EDS: { a: "a.ep1", b: "b.ep1" },
      LDS: { "0.0.0.0_80": "l1" },
      RDS: { "80": "r1" },
      VHDS: { "80/a": "va1", "80/b": "vb1" },
    }),
    own: new StaticLayer("workload/default/x", { CDS: { inbound: "i1" }, LDS: { virtualInbound: "in1" } }),
  };
}

/** Subscribes as Envoy does and acknowledges everything. */
export function sync(client: ScriptedClient): void {
  client.send({ type: "CDS" });
  client.send({ type: "EDS", names: ["a", "b"] });
  client.ack("CDS");
  client.ack("EDS");
  client.send({ type: "LDS" });
  client.send({ type: "RDS", names: ["80"] });
  client.ack("LDS");
  client.send({ type: "VHDS" });
  client.ack("RDS");
  client.ack("VHDS");
}
