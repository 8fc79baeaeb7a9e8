import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import type { ControlPlaneParts } from "#mesh-agent/compose/make-control-plane.ts";
import type { AgentConfig } from "#mesh-agent/config.ts";
import { followStream } from "#mesh-agent/control-plane/follow-stream.ts";
import type { AgentPaths } from "#mesh-agent/paths.ts";
import { HeaderTap } from "#mesh-agent/taps/header-tap.ts";
import { RequestTaps } from "#mesh-agent/taps/request-taps.ts";
import type { Logger } from "#node/log.ts";
import {
  ShowRequestsResponseSchema,
  TapOrdersSchema,
  WatchTapsRequestSchema,
} from "#proto/gen/pharos/agent/v1/agent_pb.js";

const WATCH_PATH = "/pharos.agent.v1.AgentService/WatchTaps";
const SHOW_PATH = "/pharos.agent.v1.AgentService/ShowRequests";
/** What is shown late is not looked at any more. */
const SHOW_TIMEOUT_MS = 5000;

export interface TapParts {
  readonly taps: RequestTaps;
  /** Follows what is asked for until the signal. */
  run(signal: AbortSignal): Promise<void>;
}

/** Requests for those who look at them as they happen. */
export function makeTaps(
  { namespace, name }: Pick<AgentConfig, "namespace" | "name">,
  paths: Pick<AgentPaths, "adminSocket">,
  { uplink }: Pick<ControlPlaneParts, "uplink">,
  log: Logger,
): TapParts {
  const instance = `${namespace}/${name}`;
  const taps = new RequestTaps({
    instance,
    show: async (request) =>
      fromBinary(ShowRequestsResponseSchema, await uplink.unary(SHOW_PATH, request, SHOW_TIMEOUT_MS)),
    headers: new HeaderTap(paths.adminSocket),
  });
  return {
    taps,
    async run(signal) {
      await followStream(
        {
          uplink,
          path: WATCH_PATH,
          request: () => toBinary(WatchTapsRequestSchema, create(WatchTapsRequestSchema, { instance })),
          onMessage: (message) => taps.follow(fromBinary(TapOrdersSchema, message)),
          onSilence: () => taps.close(),
          what: "taps of requests",
          log,
        },
        signal,
      );
      taps.close();
    },
  };
}
