// The thread in which changes are read and tried, apart from those that serve proxies and people. It is started when it is
// needed, ended when it was not for a while, and may be ended at any moment: nothing stands on it.
import { createHash } from "node:crypto";
import { parentPort, workerData } from "node:worker_threads";
import { locatorOf } from "#core/resource/locate-path.ts";
import { placeDiagnostics } from "#core/resource/place-diagnostics.ts";
import { planChanges } from "#server/config/plan-changes.ts";
import type { Hash } from "#server/envoy/encode.ts";
import { toWire } from "#server/mesh/wire-error.ts";
import { NICE, yieldToPeople } from "#server/mesh/yield-to-people.ts";
import type { FromPreview, PreviewCalls, ThreadName, ToPreview } from "#server/preview/protocol.ts";
import { RehearsalRoom } from "#server/preview/rehearsal-room.ts";
import { SimulationRoom } from "#server/preview/simulation-room.ts";

if (parentPort === null) throw new Error("server/preview/worker.ts runs as a worker thread");
const port = parentPort;
yieldToPeople(NICE[workerData as ThreadName]);

let room: RehearsalRoom | undefined;
function theRoom(): RehearsalRoom {
  if (room === undefined) throw new Error("the preview thread was not told the configuration");
  return room;
}

const hash: Hash = (bytes) => createHash("sha1").update(bytes).digest("hex").slice(0, 16);
const simulations = new SimulationRoom(() => theRoom().snapshot(), hash);

const calls: PreviewCalls = {
  read: (changes) => planChanges(changes),
  locate: (texts) =>
    texts.map(({ text, paths }) => {
      const locate = locatorOf(text);
      return paths.map((path) => locate(path)?.line ?? null);
    }),
  place: (diagnostics, changes) => placeDiagnostics(diagnostics, changes),
  findings: (change) => theRoom().findings(change),
  rehearse: (change, nodes, measured) => theRoom().rehearse(change, nodes, measured),
  simulate: (question, change, nodes) => simulations.simulate(question, change, nodes),
};

port.on("message", (message: ToPreview) => {
  if (message.kind === "state") {
    room = new RehearsalRoom(message.snapshot, hash);
    simulations.forget();
  } else if (message.kind === "change") {
    room?.apply(message.change);
    simulations.forget();
  } else {
    const { id, method, args } = message;
    new Promise((resolve) => resolve((calls[method] as (...all: readonly unknown[]) => unknown)(...args))).then(
      (value) => port.postMessage({ id, value } satisfies FromPreview),
      (error: unknown) => port.postMessage({ id, error: toWire(error) } satisfies FromPreview),
    );
  }
});
