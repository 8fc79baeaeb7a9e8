import { describe, expect, test } from "vitest";
import { Script } from "#server/xds/testing/scripted-client.ts";
import { mesh, sync } from "#server/xds/testing/small-mesh.ts";

// What a client refused for a cause that may pass is offered again. How everything else is sent: delta-stream.test.ts.

const scripts: Readonly<Record<string, (isShared: boolean) => Buffer[]>> = {
  "a listener whose port is taken is offered again, alone and to that client, until it is taken": (isShared) => {
    const { outbound, own } = mesh();
    const script = new Script([outbound, own], isShared);
    const [client, other] = [script.delta(), script.delta()];
    for (const each of [client, other]) sync(each);
    script.change(outbound.edit("LDS", { new: "n1", worse: "bad" }));
    other.ack("LDS");
    other.take();
    expect(client.take()).toEqual(["LDS new=n1 worse=bad"]);
    expect(client.again()).toEqual([]);
    const words = { new: "cannot bind '127.0.0.1:80': Address already in use", worse: "it is bad" };
    client.nack("LDS", `Error adding/updating listener(s) new: ${words.new}, worse: ${words.worse}\n`);
    expect(other.again()).toEqual([]);
    expect(client.machine.hasPassing).toBe(true);
    expect(client.again(), "what would be refused again is not sent").toEqual(["LDS new=n1"]);
    expect(client.again(), "one at a time").toEqual([]);
    client.nack("LDS", `Error adding/updating listener(s) new: ${words.new}\n`);
    expect(client.events.at(-1)).toEqual({
      kind: "nack",
      type: "LDS",
      refused: [{ name: "new", message: words.new }],
      isAgain: true,
    });
    expect(client.again()).toEqual(["LDS new=n1"]);
    client.ack("LDS");
    expect(client.events.slice(-2)).toEqual([
      { kind: "taken", type: "LDS", names: ["new"] },
      { kind: "ack", type: "LDS" },
    ]);
    expect(client.machine.hasPassing).toBe(false);
    expect(client.machine.sync().get("LDS"), "the bad one stands").toBe("ERROR");
    expect(client.again()).toEqual([]);
    return client.bytes;
  },

  "what is refused in other words when it is offered again is a refusal of its own": (isShared) => {
    const { outbound, own } = mesh();
    const script = new Script([outbound, own], isShared);
    const client = script.delta();
    sync(client);
    script.change(outbound.edit("LDS", { new: "n1" }));
    client.nack("LDS", "Error adding/updating listener(s) new: cannot bind '127.0.0.1:80': Address already in use\n");
    client.take();
    expect(client.again()).toEqual(["LDS new=n1"]);
    client.nack("LDS", "Error adding/updating listener(s) new: it is bad\n");
    expect(client.events.at(-1)).toEqual({
      kind: "nack",
      type: "LDS",
      refused: [{ name: "new", message: "it is bad" }],
    });
    expect(client.again()).toEqual([]);
    return client.bytes;
  },

  "nothing is offered again ahead of what it may need; an edit is sent as any, and deleted or let go it is offered no more":
    (isShared) => {
      const { outbound, own } = mesh();
      const script = new Script([outbound, own], isShared);
      const client = script.delta();
      sync(client);
      const taken = "Error adding/updating listener(s) new: cannot bind '127.0.0.1:80': Address already in use\n";
      script.change(outbound.edit("LDS", { new: "n1" }));
      client.nack("LDS", taken);
      // The clusters of the edit are not acknowledged, so its listener waits.
      script.change(outbound.edit("CDS", { c: "c1" }), outbound.edit("LDS", { new: "n2" }));
      client.take();
      expect(client.again()).toEqual([]);
      expect(client.ack("CDS")).toEqual(["LDS new=n2"]);
      client.nack("LDS", taken);
      expect(client.again()).toEqual(["LDS new=n2"]);
      // While the offer is out, an edit waits for its answer.
      script.change(outbound.edit("LDS", { new: "n3" }));
      expect(client.take()).toEqual([]);
      expect(client.nack("LDS", taken)).toEqual(["LDS new=n3"]);
      client.nack("LDS", taken);
      script.change(outbound.edit("LDS", { new: null }));
      client.ack("LDS");
      client.take();
      expect(client.again()).toEqual([]);
      return client.bytes;
    },

  "a cluster that is offered again is followed by its endpoints": (isShared) => {
    const { outbound, own } = mesh();
    const script = new Script([outbound, own], isShared);
    const client = script.delta();
    sync(client);
    script.change(outbound.edit("CDS", { a: "a2" }));
    client.nack("CDS", "Error adding/updating cluster(s) a: Failed to load certificate chain from /etc/a.pem\n");
    client.ack("EDS");
    client.take();
    expect(client.again()).toEqual(["CDS a=a2", "EDS a=a.ep1"]);
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
