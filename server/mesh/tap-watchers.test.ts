import { create, toBinary } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { ServerStream } from "#grpc/server-stream.ts";
import { WatchTapsRequestSchema } from "#proto/gen/pharos/agent/v1/agent_pb.js";
import { TapWatchers } from "#server/mesh/tap-watchers.ts";

const REVIEWS = { namespace: "default", name: "reviews-0", serviceAccount: "reviews" } as WorkloadInstance;
const ORDER = new Uint8Array([1, 2, 3]);

let port = 0;

/** An agent that shows the certificate of this account and asks for what is asked of this instance; what it hears. */
function agent(watchers: TapWatchers, account: string, instance: string) {
  port += 1;
  const heard: number[] = [];
  const peer = {
    address: `127.0.0.1:${port}`,
    certificate: { uris: [`spiffe://cluster.local/ns/default/sa/${account}`] },
  };
  const stream = {
    peer,
    queuedBytes: 0,
    send: ([part]: readonly Uint8Array[]) => heard.push(part?.length ?? 0) > 0,
  } as unknown as ServerStream;
  const method = watchers.watch(() => true);
  const handler = method.kind === "stream" ? method.open(stream) : expect.unreachable();
  handler.onMessage(Buffer.from(toBinary(WatchTapsRequestSchema, create(WatchTapsRequestSchema, { instance }))));
  return { heard, close: () => handler.onClose?.() };
}

test("what is looked at of an instance is heard by its own agent alone, also once it is registered, and that it is over", () => {
  let registered: WorkloadInstance | undefined;
  const watchers = new TapWatchers((key) => (key === "default/reviews-0" ? registered : undefined));
  const own = agent(watchers, "reviews", "default/reviews-0");
  const other = agent(watchers, "ratings", "default/reviews-0");
  expect(watchers.set({ "default/reviews-0": ORDER })).toEqual([]);
  registered = REVIEWS;
  expect(watchers.set({ "default/reviews-0": ORDER })).toEqual(["default/reviews-0"]);
  watchers.set({});
  watchers.set({});
  expect(own.heard).toEqual([0, 3, 0]);
  expect(other.heard).toEqual([0]);
  own.close();
  expect(watchers.set({ "default/reviews-0": ORDER })).toEqual([]);
});

test("a name longer than any instance has is refused, and not kept", () => {
  const watchers = new TapWatchers(() => REVIEWS);
  expect(() => agent(watchers, "reviews", `default/${"x".repeat(600)}`)).toThrow(/608 characters: at most 600/);
});

test("one connection has few streams", () => {
  const watchers = new TapWatchers(() => REVIEWS);
  const open = () => {
    port = 100;
    return agent(watchers, "reviews", "default/reviews-0");
  };
  const [first] = Array.from({ length: 4 }, open);
  expect(open).toThrow(/watch taps already/);
  first?.close();
  expect(open).not.toThrow();
});
