import { describe, expect, test } from "vitest";
import { Script } from "#server/xds/testing/scripted-client.ts";
import { mesh, sync } from "#server/xds/testing/small-mesh.ts";

// What a client is sent in the place of what it refused. How everything else is sent: delta-stream.test.ts.

const REFUSED = "Error adding/updating cluster(s) a: it is bad\n";
const placed = (body: string) => ({
  kind: "placed",
  type: "CDS",
  name: "a",
  without: [{ resource: `EnvoyFilter/default/${body}`, path: "spec.configPatches[0]" }],
});

const scripts: Readonly<Record<string, (isShared: boolean) => Buffer[]>> = {
  "what is refused is sent otherwise, one way after the other, until it is taken; it stands refused all the same": (
    isShared,
  ) => {
    const { outbound, own } = mesh();
    const script = new Script([outbound, own], isShared);
    const client = script.delta();
    sync(client);
    const change = outbound.edit("CDS", { a: "a2" });
    outbound.substitute("CDS", "a", ["second", "first", "none"]);
    script.change(change);
    client.ack("EDS");
    client.take();
    expect(client.nack("CDS", REFUSED)).toEqual(["CDS a=second", "EDS a=a.ep1"]);
    client.ack("EDS");
    expect(client.nack("CDS", REFUSED)).toEqual(["CDS a=first", "EDS a=a.ep1"]);
    expect(client.events.filter(({ kind }) => kind === "nack")).toHaveLength(1);
    client.ack("EDS");
    expect(client.ack("CDS")).toEqual([]);
    expect(client.events).toContainEqual(placed("first"));
    expect(client.machine.sync().get("CDS")).toBe("ERROR");
    script.change(outbound.edit("CDS", { b: "b2" }));
    expect(client.take(), "the next edit is sent as any").toEqual(["CDS b=b2", "EDS b=b.ep1"]);
    client.ack("EDS");
    client.ack("CDS");
    expect(client.machine.sync().get("CDS")).toBe("ERROR");
    script.change(outbound.edit("CDS", { a: "a3" }));
    expect(client.take()).toEqual(["CDS a=a3", "EDS a=a.ep1"]);
    client.ack("EDS");
    client.ack("CDS");
    expect(client.machine.sync().get("CDS")).toBe("SYNCED");
    return client.bytes;
  },

  "nothing is sent in its place once a newer version is on its way, or it is gone": (isShared) => {
    const { outbound, own } = mesh();
    const script = new Script([outbound, own], isShared);
    const client = script.delta();
    sync(client);
    const change = outbound.edit("LDS", { new: "n1" });
    outbound.substitute("LDS", "new", ["n1-without"]);
    script.change(change);
    client.take();
    script.change(outbound.edit("LDS", { new: null }));
    expect(client.nack("LDS", "Error adding/updating listener(s) new: it is bad\n")).toEqual(["LDS -new"]);
    return client.bytes;
  },

  "of what is refused for a cause that may pass nothing is sent in its place": (isShared) => {
    const { outbound, own } = mesh();
    const script = new Script([outbound, own], isShared);
    const client = script.delta();
    sync(client);
    const change = outbound.edit("LDS", { new: "n1" });
    outbound.substitute("LDS", "new", ["n1-without"]);
    script.change(change);
    client.take();
    const taken = "Error adding/updating listener(s) new: cannot bind '127.0.0.1:80': Address already in use\n";
    expect(client.nack("LDS", taken)).toEqual([]);
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
