// The thread in which changes are read and tried, apart from those that serve proxies and people. It is started when it is
// needed, ended when it was not for a while, and may be ended at any moment: nothing stands on it.
import { parentPort, workerData } from "node:worker_threads";
import { locatorOf } from "#core/resource/locate-path.ts";
import { placeDiagnostics } from "#core/resource/place-diagnostics.ts";
import { planChanges } from "#server/config/plan-changes.ts";
import { toWire } from "#server/mesh/wire-error.ts";
import { NICE, yieldToPeople } from "#server/mesh/yield-to-people.ts";
import type { FromPreview, PreviewCalls, ThreadName, ToPreview } from "#server/preview/protocol.ts";
import type { TrialRoom } from "#server/preview/trial-room.ts";

if (parentPort === null) throw new Error("server/preview/worker.ts runs as a worker thread");
const port = parentPort;
yieldToPeople(NICE[workerData as ThreadName]);

let room: TrialRoom | undefined;
function theRoom(): TrialRoom {
  if (room === undefined) throw new Error("the preview thread was not told the configuration");
  return room;
}

const calls: PreviewCalls = {
  read: (changes) => planChanges(changes),
  locate: (texts) =>
    texts.map(({ text, paths }) => {
      const locate = locatorOf(text);
      return paths.map((path) => locate(path)?.line ?? null);
    }),
  place: (diagnostics, changes) => placeDiagnostics(diagnostics, changes),
  findings: (...asked) => theRoom().findings(...asked),
  rehearse: (...asked) => theRoom().rehearse(...asked),
  simulate: (...asked) => theRoom().simulate(...asked),
};

async function take(message: ToPreview): Promise<void> {
  if (message.kind === "state") {
    // Whoever only reads does without.
    const { TrialRoom } = await import("#server/preview/trial-room.ts");
    room = new TrialRoom(message.snapshot);
  } else if (message.kind === "change") {
    room?.apply(message.change);
  } else {
    const { id, method, args } = message;
    try {
      const value = await (calls[method] as (...all: readonly unknown[]) => unknown)(...args);
      port.postMessage({ id, value } satisfies FromPreview);
    } catch (error) {
      port.postMessage({ id, error: toWire(error) } satisfies FromPreview);
    }
  }
}

/** One after another, in the order in which they came. */
let taken = Promise.resolve();
port.on("message", (message: ToPreview) => {
  taken = taken.then(() => take(message));
});
