import { describe, expect, test } from "vitest";
import type { XdsType } from "#core/xds/type-urls.ts";
import { Script } from "#server/xds/testing/scripted-client.ts";
import { StaticLayer } from "#server/xds/testing/static-layer.ts";

function mesh(): StaticLayer {
  return new StaticLayer("outbound/default", {
    CDS: { a: "a1", b: "b1" },
    EDS: { a: "a.ep1", b: "b.ep1" },
    LDS: { l: "l1" },
    RDS: { "80": "r1", "90": "s1" },
  });
}

const scripts: Readonly<Record<string, (isShared: boolean) => Buffer[]>> = {
  "a first request is answered, an acknowledgement is not": (isShared) => {
    const client = new Script([mesh()], isShared).sotw();
    expect(client.send({ type: "CDS" })).toEqual(["CDS a1 b1"]);
    expect(client.send({ type: "EDS", names: ["a", "b"] })).toEqual(["EDS a.ep1 b.ep1"]);
    expect(client.ack("CDS")).toEqual([]);
    expect(client.ack("EDS", ["a", "b"])).toEqual([]);
    expect(client.machine.sync()).toEqual(
      new Map([
        ["CDS", "SYNCED"],
        ["EDS", "SYNCED"],
      ]),
    );
    return client.bytes;
  },

  "names that come to be wanted are sent alone, but for clusters and listeners, which are always whole": (isShared) => {
    const client = new Script([mesh()], isShared).sotw();
    client.send({ type: "RDS", names: ["80"] });
    expect(client.ack("RDS", ["80", "90"])).toEqual(["RDS s1"]);
    expect(client.ack("RDS", ["90"])).toEqual([]);
    client.send({ type: "CDS", names: ["a"] });
    expect(client.ack("CDS", ["a", "b"])).toEqual(["CDS a1 b1"]);
    expect(client.ack("CDS", ["a", "b", "nowhere"])).toEqual(["CDS a1 b1"]);
    expect(client.ack("CDS", [])).toEqual([]);
    return client.bytes;
  },

  "a name of which a layer says what it is while it is absent is answered so, until it is there and when it has gone": (
    isShared,
  ) => {
    const absent = (type: XdsType, name: string) =>
      type === "LDS" ? { name, version: "none", body: Buffer.from(`no ${name}`), origins: [] } : undefined;
    const layer = Object.assign(mesh(), { absent });
    const script = new Script([layer], isShared);
    const client = script.sotw();
    expect(client.send({ type: "LDS", names: ["l", "later"] })).toEqual(["LDS l1 no later"]);
    expect(client.ack("LDS", ["l", "later"])).toEqual([]);
    expect(client.send({ type: "RDS", names: ["later"] })).toEqual(["RDS"]);
    expect(client.ack("RDS", ["later"])).toEqual([]);
    script.change(layer.edit("LDS", { later: "l2" }));
    expect(client.take()).toEqual(["LDS l1 l2"]);
    expect(client.ack("LDS", ["l", "later"])).toEqual([]);
    script.change(layer.edit("LDS", { later: null }));
    expect(client.take()).toEqual(["LDS l1 no later"]);
    expect(client.ack("LDS", ["l", "later"])).toEqual([]);
    return client.bytes;
  },

  "a stale nonce is ignored, with all that its request says": (isShared) => {
    const client = new Script([mesh()], isShared).sotw();
    client.send({ type: "RDS", names: ["80"] });
    expect(client.send({ type: "RDS", names: ["80", "90"], nonce: "long ago" })).toEqual([]);
    expect(client.events).toEqual([{ kind: "stale", type: "RDS", nonce: "long ago" }]);
    expect(client.ack("RDS", ["80", "90"])).toEqual(["RDS s1"]);
    return client.bytes;
  },

  "make before break: a cluster that goes away stays until the routes have left it": (isShared) => {
    const layer = mesh();
    const script = new Script([layer], isShared);
    const client = script.sotw();
    client.send({ type: "CDS" });
    client.ack("CDS");
    client.send({ type: "EDS", names: ["a", "b"] });
    client.ack("EDS", ["a", "b"]);
    client.send({ type: "RDS", names: ["80"] });
    client.ack("RDS", ["80"]);
    script.change(
      layer.edit("CDS", { b: null, c: "c1" }),
      layer.edit("EDS", { b: null, c: "c.ep1" }),
      layer.edit("RDS", { "80": "r2" }),
    );
    expect(client.take()).toEqual(["CDS a1 c1 b1"]);
    expect(client.ack("CDS")).toEqual(["RDS r2", "CDS a1 c1"]);
    expect(client.ack("EDS", ["a", "b", "c"]), "a late answer without an open question asks for the new one").toEqual([
      "EDS c.ep1",
    ]);
    client.ack("EDS", ["a", "c"]);
    client.ack("RDS", ["80"]);
    expect(client.ack("CDS")).toEqual([]);
    expect(client.machine.answered).toEqual([1]);
    return client.bytes;
  },

  "a cluster that only goes away is taken out after the routes changed": (isShared) => {
    const layer = mesh();
    const script = new Script([layer], isShared);
    const client = script.sotw();
    client.send({ type: "CDS" });
    client.ack("CDS");
    client.send({ type: "RDS", names: ["80"] });
    client.ack("RDS", ["80"]);
    script.change(layer.edit("CDS", { b: null }), layer.edit("RDS", { "80": "r2" }));
    expect(client.take()).toEqual(["RDS r2", "CDS a1"]);
    return client.bytes;
  },

  "endpoints follow a cluster that changed": (isShared) => {
    const layer = mesh();
    const script = new Script([layer], isShared);
    const client = script.sotw();
    client.send({ type: "CDS" });
    client.ack("CDS");
    client.send({ type: "EDS", names: ["a", "b"] });
    client.ack("EDS", ["a", "b"]);
    script.change(layer.edit("CDS", { a: "a2" }));
    expect(client.take()).toEqual(["CDS a2 b1", "EDS a.ep1"]);
    return client.bytes;
  },

  "a refusal is not answered and changes nothing; the next version is sent": (isShared) => {
    const layer = mesh();
    const script = new Script([layer], isShared);
    const client = script.sotw();
    client.send({ type: "LDS" });
    client.ack("LDS");
    script.change(layer.edit("LDS", { l: "bad" }));
    expect(client.take()).toEqual(["LDS bad"]);
    expect(client.nack("LDS", "Error adding/updating listener(s) l: it is bad")).toEqual([]);
    expect(client.events.at(-1)).toEqual({ kind: "nack", type: "LDS", refused: [{ name: "l", message: "it is bad" }] });
    expect(client.machine.sync().get("LDS")).toBe("ERROR");
    script.change(layer.edit("LDS", { l: "l2" }));
    expect(client.take()).toEqual(["LDS l2"]);
    client.ack("LDS");
    expect(client.machine.sync().get("LDS")).toBe("SYNCED");
    return client.bytes;
  },

  "a listener whose port is taken is offered again with the others, until it is taken": (isShared) => {
    const layer = mesh();
    const script = new Script([layer], isShared);
    const client = script.sotw();
    client.send({ type: "LDS" });
    client.ack("LDS");
    const taken = "Error adding/updating listener(s) new: cannot bind '127.0.0.1:80': Address already in use";
    script.change(layer.edit("LDS", { new: "n1" }));
    const [sent] = client.take();
    client.nack("LDS", taken);
    expect(client.again()).toEqual([sent]);
    expect(client.again(), "one at a time").toEqual([]);
    client.nack("LDS", taken);
    expect(client.events.at(-1)).toMatchObject({ kind: "nack", isAgain: true });
    client.again();
    client.ack("LDS");
    expect(client.events.slice(-2)).toEqual([
      { kind: "taken", type: "LDS", names: ["new"] },
      { kind: "ack", type: "LDS" },
    ]);
    expect(client.machine.sync().get("LDS")).toBe("SYNCED");
    expect(client.again()).toEqual([]);
    return client.bytes;
  },

  "a cluster that is offered again is followed by its endpoints": (isShared) => {
    const layer = mesh();
    const script = new Script([layer], isShared);
    const client = script.sotw();
    client.send({ type: "CDS" });
    client.send({ type: "EDS", names: ["a", "b"] });
    client.ack("CDS");
    client.ack("EDS", ["a", "b"]);
    script.change(layer.edit("CDS", { a: "a2" }));
    const sent = client.take();
    client.nack("CDS", "Error adding/updating cluster(s) a: Failed to load certificate chain from /etc/a.pem");
    client.ack("EDS", ["a", "b"]);
    expect(client.again()).toEqual(sent);
    return client.bytes;
  },

  "what was refused and is deleted is refused no longer": (isShared) => {
    const layer = mesh();
    const script = new Script([layer], isShared);
    const client = script.sotw();
    client.send({ type: "LDS" });
    client.ack("LDS");
    script.change(layer.edit("LDS", { new: "bad" }));
    client.take();
    client.nack("LDS", "Error adding/updating listener(s) new: it is bad");
    expect(client.machine.sync().get("LDS")).toBe("ERROR");
    script.change(layer.edit("LDS", { new: null }));
    client.take();
    client.ack("LDS");
    expect(client.machine.sync().get("LDS")).toBe("SYNCED");
    return client.bytes;
  },

  "changes while a response is out are gathered": (isShared) => {
    const layer = mesh();
    const script = new Script([layer], isShared);
    const client = script.sotw();
    client.send({ type: "RDS", names: ["80", "90"] });
    script.change(layer.edit("RDS", { "80": "r2" }));
    script.change(layer.edit("RDS", { "90": "s2" }));
    script.change(layer.edit("RDS", { "80": "r3" }));
    expect(client.take()).toEqual([]);
    expect(client.ack("RDS", ["80", "90"])).toEqual(["RDS r3 s2"]);
    return client.bytes;
  },

  "a type that is not served is answered empty": (isShared) => {
    const client = new Script([mesh()], isShared).sotw();
    expect(client.send({ type: "type.googleapis.com/x.Y" })).toEqual(["type.googleapis.com/x.Y"]);
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
