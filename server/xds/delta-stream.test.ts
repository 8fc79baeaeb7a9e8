import { describe, expect, test } from "vitest";
import type { XdsType } from "#core/xds/type-urls.ts";
import { Script, type ScriptedClient } from "#server/xds/testing/scripted-client.ts";
import { mesh, sync } from "#server/xds/testing/small-mesh.ts";
import { StaticLayer } from "#server/xds/testing/static-layer.ts";

const scripts: Readonly<Record<string, (isShared: boolean) => Buffer[]>> = {
  "a wildcard gets everything, names get what they name, an acknowledgement gets nothing": (isShared) => {
    const { outbound, own } = mesh();
    const client = new Script([outbound, own], isShared).delta();
    expect(client.send({ type: "CDS" })).toEqual(["CDS a=a1 b=b1 inbound=i1"]);
    expect(client.send({ type: "EDS", names: ["a", "b"] })).toEqual(["EDS a=a.ep1 b=b.ep1"]);
    expect(client.ack("CDS")).toEqual([]);
    expect(client.ack("EDS")).toEqual([]);
    expect(client.send({ type: "LDS" })).toEqual(["LDS 0.0.0.0_80=l1 virtualInbound=in1"]);
    expect(client.send({ type: "RDS", names: ["80"] })).toEqual(["RDS 80=r1"]);
    expect(client.send({ type: "VHDS" })).toEqual(["VHDS 80/a=va1 80/b=vb1"]);
    return client.bytes;
  },

  "every subscribed name is answered: what does not exist as removed, a virtual host as a name without a body": (
    isShared,
  ) => {
    const { outbound, own } = mesh();
    const client = new Script([outbound, own], isShared).delta();
    expect(client.send({ type: "EDS", names: ["a", "nowhere"] })).toEqual(["EDS a=a.ep1 -nowhere"]);
    expect(client.send({ type: "RDS", names: ["81"] })).toEqual(["RDS -81"]);
    client.send({ type: "VHDS" });
    expect(client.send({ type: "VHDS", names: ["80/a", "80/unknown"] })).toEqual(["VHDS 80/a=va1 ?80/unknown"]);
    return client.bytes;
  },

  "an edit of one virtual host sends that host only": (isShared) => {
    const { outbound, own } = mesh();
    const script = new Script([outbound, own], isShared);
    const client = script.delta();
    sync(client);
    script.change(outbound.edit("VHDS", { "80/a": "va2" }));
    expect(client.take()).toEqual(["VHDS 80/a=va2"]);
    expect(client.ack("VHDS")).toEqual([]);
    return client.bytes;
  },

  "what is not subscribed is not sent": (isShared) => {
    const { outbound, own } = mesh();
    const script = new Script([outbound, own], isShared);
    const client = script.delta();
    client.send({ type: "EDS", names: ["a"] });
    client.ack("EDS");
    script.change(outbound.edit("EDS", { b: "b.ep2" }), outbound.edit("CDS", { b: "b2" }));
    expect(client.take()).toEqual([]);
    expect(client.machine.isConcerned(0, 0)).toBe(false);
    expect(client.machine.answered).toEqual([1, 0]);
    return client.bytes;
  },

  "make before break: clusters and endpoints, then, acknowledged, listeners and routes, removals last but for those of virtual hosts, whose domains others may take":
    (isShared) => {
      const { outbound, own } = mesh();
      const script = new Script([outbound, own], isShared);
      const client = script.delta();
      sync(client);
      script.change(
        outbound.edit("VHDS", { "80/c": "vc1", "80/b": null }),
        outbound.edit("RDS", { "80": "r2" }),
        outbound.edit("LDS", { "0.0.0.0_80": "l2" }),
        outbound.edit("EDS", { c: "c.ep1", b: null }),
        outbound.edit("CDS", { c: "c1", b: null }),
      );
      expect(client.take()).toEqual(["CDS c=c1"]);
      // Envoy asks for the new cluster's endpoints before it acknowledges the cluster.
      expect(client.send({ type: "EDS", names: ["c"] })).toEqual(["EDS c=c.ep1"]);
      expect(client.ack("CDS")).toEqual([]);
      expect(client.ack("EDS")).toEqual([
        "LDS 0.0.0.0_80=l2",
        "RDS 80=r2",
        "VHDS 80/a=va1 80/c=vc1 -80/b",
        "EDS -b",
        "CDS -b",
      ]);
      expect(client.machine.answered).toEqual([0, 0]);
      for (const type of ["LDS", "RDS", "VHDS", "EDS", "CDS"] as const) client.ack(type);
      expect(client.machine.answered).toEqual([1, 0]);
      return client.bytes;
    },

  "endpoints follow every cluster update, though they did not change": (isShared) => {
    const { outbound, own } = mesh();
    const script = new Script([outbound, own], isShared);
    const client = script.delta();
    sync(client);
    script.change(outbound.edit("CDS", { a: "a2" }));
    expect(client.take()).toEqual(["CDS a=a2", "EDS a=a.ep1"]);
    return client.bytes;
  },

  "while a push is out changes are gathered, then sent once": (isShared) => {
    const { outbound, own } = mesh();
    const script = new Script([outbound, own], isShared);
    const client = script.delta();
    sync(client);
    script.change(outbound.edit("VHDS", { "80/a": "va2" }));
    script.change(outbound.edit("VHDS", { "80/a": "va3" }));
    script.change(outbound.edit("VHDS", { "80/b": "vb2", "80/z": "vz1" }));
    script.change(outbound.edit("VHDS", { "80/a": "va4", "80/z": null }));
    expect(client.take()).toEqual(["VHDS 80/a=va2"]);
    expect(client.ack("VHDS")).toEqual(["VHDS 80/a=va4 80/b=vb2 -80/z"]);
    return client.bytes;
  },

  "a client that comes back gets what differs, and hears what is gone": (isShared) => {
    const { outbound, own } = mesh();
    const client = new Script([outbound, own], isShared).delta();
    const version = (type: XdsType, name: string): string => outbound.resources.get(type)?.get(name)?.version ?? "";
    expect(client.send({ type: "CDS", held: { a: version("CDS", "a"), b: "old", gone: "x" } })).toEqual([
      "CDS b=b1 inbound=i1 -gone",
    ]);
    // The endpoints of a cluster that was sent anew are waited for, held or not.
    expect(
      client.send({
        type: "EDS",
        names: ["a", "b", "gone"],
        held: { a: version("EDS", "a"), b: version("EDS", "b"), gone: "x" },
      }),
    ).toEqual(["EDS b=b.ep1 -gone"]);
    expect(client.send({ type: "RDS", names: ["80", "81"], held: { "80": version("RDS", "80") } })).toEqual([
      "RDS -81",
    ]);
    return client.bytes;
  },

  "endpoints asked for before the clusters are sent follow them": (isShared) => {
    const { outbound, own } = mesh();
    const client = new Script([outbound, own], isShared).delta();
    const held = { a: outbound.resources.get("EDS")?.get("a")?.version ?? "" };
    expect(client.send({ type: "EDS", names: ["a"], held })).toEqual(["EDS"]);
    expect(client.send({ type: "CDS", held: { a: "old" } })).toEqual(["CDS a=a1 b=b1 inbound=i1", "EDS a=a.ep1"]);
    return client.bytes;
  },

  "subscription changes count even with a stale nonce": (isShared) => {
    const { outbound, own } = mesh();
    const client = new Script([outbound, own], isShared).delta();
    client.send({ type: "EDS", names: ["a"] });
    expect(client.send({ type: "EDS", names: ["b"], nonce: "long ago" })).toEqual(["EDS b=b.ep1"]);
    expect(client.events).toEqual([{ kind: "stale", type: "EDS", nonce: "long ago" }]);
    return client.bytes;
  },

  "a refusal is not answered; the next change is sent, and heals": (isShared) => {
    const { outbound, own } = mesh();
    const script = new Script([outbound, own], isShared);
    const client = script.delta();
    sync(client);
    script.change(outbound.edit("LDS", { "0.0.0.0_80": "bad" }));
    expect(client.take()).toEqual(["LDS 0.0.0.0_80=bad"]);
    expect(client.nack("LDS", "Error adding/updating listener(s) 0.0.0.0_80: it is bad\n")).toEqual([]);
    expect(client.events.at(-1)).toEqual({
      kind: "nack",
      type: "LDS",
      refused: [{ name: "0.0.0.0_80", message: "it is bad" }],
    });
    expect(client.machine.sync().get("LDS")).toBe("ERROR");
    expect(client.machine.answered).toEqual([1, 0]);
    script.change(own.edit("LDS", { virtualInbound: "in2" }));
    expect(client.take()).toEqual(["LDS virtualInbound=in2"]);
    client.ack("LDS");
    expect(client.machine.sync().get("LDS"), "another listener does not heal it").toBe("ERROR");
    script.change(outbound.edit("LDS", { "0.0.0.0_80": "l3" }));
    expect(client.take()).toEqual(["LDS 0.0.0.0_80=l3"]);
    client.ack("LDS");
    expect(client.machine.sync().get("LDS")).toBe("SYNCED");
    return client.bytes;
  },

  "what was refused and is deleted is refused no longer": (isShared) => {
    const { outbound, own } = mesh();
    const script = new Script([outbound, own], isShared);
    const client = script.delta();
    sync(client);
    script.change(outbound.edit("LDS", { new: "bad" }));
    expect(client.take()).toEqual(["LDS new=bad"]);
    client.nack("LDS", "Error adding/updating listener(s) new: it is bad\n");
    expect(client.machine.sync().get("LDS")).toBe("ERROR");
    script.change(outbound.edit("LDS", { new: null }));
    expect(client.take()).toEqual(["LDS -new"]);
    expect(client.machine.sync().get("LDS")).toBe("STALE");
    client.ack("LDS");
    expect(client.machine.sync().get("LDS")).toBe("SYNCED");
    return client.bytes;
  },

  "virtual hosts follow a route configuration that is asked for later": (isShared) => {
    const { outbound, own } = mesh();
    const script = new Script([outbound, own], isShared);
    const client = script.delta();
    sync(client);
    script.change(
      outbound.edit("VHDS", { "90/a": "v90" }),
      outbound.edit("RDS", { "90": "r90" }),
      outbound.edit("LDS", { "0.0.0.0_90": "l90" }),
    );
    expect(client.take()).toEqual(["LDS 0.0.0.0_90=l90", "VHDS 90/a=v90"]);
    client.ack("LDS");
    client.ack("VHDS");
    expect(client.send({ type: "RDS", names: ["90"] })).toEqual(["RDS 90=r90", "VHDS 90/a=v90"]);
    return client.bytes;
  },

  "a virtual host asked for by name leaves the wildcard standing": (isShared) => {
    const { outbound, own } = mesh();
    const script = new Script([outbound, own], isShared);
    const client = script.delta();
    sync(client);
    expect(client.send({ type: "VHDS", names: ["80/new"] })).toEqual(["VHDS ?80/new"]);
    client.ack("VHDS");
    script.change(outbound.edit("VHDS", { "80/new": "vn1", "80/b": "vb2" }));
    expect(client.take()).toEqual(["VHDS 80/new=vn1 80/b=vb2"]);
    return client.bytes;
  },

  "the first name ends a wildcard that was never said, but not one that was": (isShared) => {
    const { outbound, own } = mesh();
    const script = new Script([outbound, own], isShared);
    const legacy = script.delta();
    legacy.send({ type: "CDS" });
    legacy.ack("CDS");
    expect(legacy.send({ type: "CDS", names: ["a"] })).toEqual(["CDS a=a1"]);
    legacy.ack("CDS");
    const explicit = script.delta();
    expect(explicit.send({ type: "CDS", names: ["*"] })).toEqual(["CDS a=a1 b=b1 inbound=i1"]);
    explicit.ack("CDS");
    expect(explicit.send({ type: "CDS", names: ["a", "nowhere"] })).toEqual(["CDS a=a1 -nowhere"]);
    explicit.ack("CDS");
    script.change(outbound.edit("CDS", { b: "b2" }));
    expect(legacy.take()).toEqual([]);
    expect(explicit.take()).toEqual(["CDS b=b2"]);
    explicit.ack("CDS");
    expect(explicit.send({ type: "CDS", unsubscribe: ["a"] }), "the wildcard covers what was let go of").toEqual([
      "CDS a=a1",
    ]);
    explicit.ack("CDS");
    expect(explicit.send({ type: "CDS", unsubscribe: ["*"] })).toEqual([]);
    script.change(outbound.edit("CDS", { b: "b3" }));
    expect(explicit.take()).toEqual([]);
    return [...legacy.bytes, ...explicit.bytes];
  },

  "a type that is not served is answered empty, once": (isShared) => {
    const { outbound, own } = mesh();
    const client = new Script([outbound, own], isShared).delta();
    const type = "type.googleapis.com/istio.networking.nds.v1.NameTable";
    expect(client.send({ type })).toEqual([type]);
    expect(client.send({ type, nonce: "last" })).toEqual([]);
    return client.bytes;
  },

  "what moves from one layer to another is not removed": (isShared) => {
    const { outbound, own } = mesh();
    const script = new Script([outbound, own], isShared);
    const client = script.delta();
    sync(client);
    script.change(outbound.edit("LDS", { "0.0.0.0_80": null }), own.edit("LDS", { "0.0.0.0_80": "mine" }));
    expect(client.take()).toEqual(["LDS 0.0.0.0_80=mine"]);
    return client.bytes;
  },

  "a client that moves to another layer is told what that holds, and to forget what only the old one held": (
    isShared,
  ) => {
    const { outbound, own } = mesh();
    const script = new Script([outbound, own], isShared);
    const client = script.delta();
    sync(client);
    script.move(client, [
      new StaticLayer("outbound/default?app=x", {
        CDS: { a: "a9" },
        EDS: { a: "a.ep1" },
        RDS: { "80": "r1" },
        VHDS: { "80/a": "va9" },
      }),
      own,
    ]);
    expect(client.take()).toEqual(["CDS a=a9", "EDS a=a.ep1"]);
    client.ack("CDS");
    expect(client.ack("EDS")).toEqual(["RDS 80=r1", "VHDS 80/a=va9 -80/b", "LDS -0.0.0.0_80", "EDS -b", "CDS -b"]);
    return client.bytes;
  },

  "a client that was away from the log for long is told all there is and all that went": (isShared) => {
    const { outbound, own } = mesh();
    const script = new Script([outbound, own], isShared);
    const client = script.delta();
    sync(client);
    script.change(outbound.edit("VHDS", { "80/a": "va2" }));
    client.take();
    script.change(outbound.edit("VHDS", { "80/b": null, "80/c": "vc1" }));
    for (let turn = 0; turn < 600; turn++) script.change(outbound.edit("VHDS", { "80/a": `turn ${turn}` }));
    expect(client.ack("VHDS")).toEqual(["CDS a=a1 b=b1", "EDS a=a.ep1 b=b.ep1"]);
    client.ack("CDS");
    expect(client.ack("EDS")).toEqual(["LDS 0.0.0.0_80=l1", "RDS 80=r1", "VHDS 80/a=turn 599 80/c=vc1 -80/b"]);
    return client.bytes;
  },
};

describe.each(Object.entries(scripts))("%s", (_, run) => {
  test("and sharing changes no byte", () => {
    const shared = run(true);
    expect(shared.length).toBeGreaterThan(0);
    expect(run(false)).toEqual(shared);
  });
});

test("clients in the same state are sent the same bytes, not copies of them; one that differs is sent its own", () => {
  const { outbound, own } = mesh();
  const script = new Script([outbound, own], true);
  const [first, second, other] = [script.delta(), script.delta(), script.delta()];
  for (const client of [first, second]) sync(client);
  other.send({ type: "VHDS" });
  other.ack("VHDS");
  const parts = new Map<ScriptedClient, readonly Buffer[]>();
  const change = outbound.edit("VHDS", { "80/a": "va2" });
  for (const client of [first, second]) {
    const flush = client.machine.flush.bind(client.machine);
    client.machine.flush = () => {
      const responses = flush();
      if (responses[0] !== undefined) parts.set(client, responses[0].parts);
      return responses;
    };
  }
  script.change(change);
  expect(parts.get(first)?.[0]).toBe(parts.get(second)?.[0]);
  expect(first.nonce("VHDS")).toBe(second.nonce("VHDS"));
  // The third has not answered the first two's edit alone: what it gets next is other bytes.
  first.ack("VHDS");
  script.change(outbound.edit("VHDS", { "80/b": "vb2" }));
  expect(first.take().at(-1)).toBe("VHDS 80/b=vb2");
  second.take();
  expect(second.ack("VHDS")).toEqual(["VHDS 80/b=vb2"]);
  expect(other.ack("VHDS")).toEqual(["VHDS 80/a=va2", "VHDS 80/b=vb2"]);
});

test("a message that is cut off is an error, not a guess", () => {
  const client = new Script([mesh().outbound], true).delta();
  expect(() => client.machine.receive(Buffer.from([0x12, 0x40, 0x61]))).toThrow(RangeError);
});
