// The thread that decides requests by their limits: whatever else the agent does, nobody waits for it. It reads no configuration
// and has no connection but Envoy's; what it draws goes by the main thread.
import { parentPort, workerData } from "node:worker_threads";
import { PharosError } from "#core/errors.ts";
import { decideLimits } from "#mesh-agent/limits/decide-limits.ts";
import type { FromLimits, LimitThreadData, ToLimits } from "#mesh-agent/limits/thread-protocol.ts";
import { keepServing } from "#node/keep-serving.ts";
import type { LogFields, Logger } from "#node/log.ts";
import { shiftThreadPriority } from "#node/shift-thread-priority.ts";

/** Each of its turns is a few microseconds for which a request waits at Envoy: on a busy host it goes before what reads logs or draws. */
const GOES_FIRST = -10;

if (parentPort === null) throw new Error("mesh-agent/limits/worker.ts runs as a worker thread");
const port = parentPort;
shiftThreadPriority(GOES_FIRST);
const post = (message: FromLimits): void => port.postMessage(message);
const logAt =
  (level: "info" | "warn" | "error") =>
  (message: string, fields: LogFields = {}): void =>
    post({ kind: "log", level, message, fields });
const log: Logger = { info: logAt("info"), warn: logAt("warn"), error: logAt("error") };

const calls = new Map<number, PromiseWithResolvers<Uint8Array>>();
let lastCall = 0;

const data = workerData as LimitThreadData;
const limits = decideLimits(
  data,
  (path, request, timeoutMs) => {
    lastCall += 1;
    const call = Promise.withResolvers<Uint8Array>();
    calls.set(lastCall, call);
    post({ kind: "call", id: lastCall, path, request, timeoutMs });
    return call.promise;
  },
  log,
);

// Where it cannot begin it ends, and is started again.
keepServing((fault, again) => log.error("a fault that nothing caught; limits are decided on", { fault, again }));
port.on("message", (message: ToLimits) => {
  switch (message.kind) {
    case "routes":
      limits.follow(message.change);
      break;
    case "uplink":
      limits.hearUplink(message.isUp);
      break;
    case "answered":
      calls.get(message.id)?.resolve(message.answer);
      calls.delete(message.id);
      break;
    case "refused":
      calls.get(message.id)?.reject(new PharosError(message.code, message.message));
      calls.delete(message.id);
      break;
    case "streams":
      limits.hearStreams(message.streams);
      post({ kind: "heard", mark: message.mark });
      break;
    case "envoy":
      limits.hearEnvoy();
      break;
    case "stats":
      post({ kind: "stats", stats: limits.stats() });
      break;
    case "close":
      void limits.close().then(() => {
        post({ kind: "closed" });
        port.close();
      });
  }
});

limits.listen(data.socketPath).then(
  () => post({ kind: "ready" }),
  (error: unknown) => {
    const { code, message } = PharosError.from(error);
    post({ kind: "unready", code, message });
    port.close();
  },
);
