import { PharosError } from "#core/errors.ts";
import { parseSpiffeId } from "#core/identity/spiffe-id.ts";
import { INSTANCE_CHARS_MAX, type WorkloadInstance } from "#core/registry/instance.ts";
import type { Peer } from "#grpc/peer.ts";
import { readMessage } from "#grpc/read-message.ts";
import type { GrpcMethod } from "#grpc/server.ts";
import type { ServerStream } from "#grpc/server-stream.ts";
import { WatchTapsRequestSchema } from "#proto/gen/pharos/agent/v1/agent_pb.js";

export const WATCH_TAPS = "/pharos.agent.v1.AgentService/WatchTaps";

/** What agents are asked for, as each is sent it, by `namespace/name` of its instance. */
export type EncodedOrders = Readonly<Record<string, Uint8Array>>;

/** An agent has one; another may begin before the one that it lost is known to be over. */
const PER_CONNECTION_MAX = 4;
/** Of an agent that does not read: what it is asked for ends by itself. */
const WAITING_BYTES_MAX = 16 * 1024;

interface Watcher {
  readonly stream: ServerStream;
  instance: string | undefined;
  /** It was asked for something, and is to hear when that is over. */
  isAsked: boolean;
}

/** Streams of agents that are told what somebody looks at of their own requests; of nobody else's. */
export class TapWatchers {
  readonly #find: (instance: string) => WorkloadInstance | undefined;
  readonly #watchers = new Map<ServerStream, Watcher>();
  readonly #byConnection = new Map<string, number>();
  #orders: EncodedOrders = {};

  constructor(find: (instance: string) => WorkloadInstance | undefined) {
    this.#find = find;
  }

  /** AgentService/WatchTaps. */
  watch(isOurs: (peer: Peer) => boolean): GrpcMethod {
    return {
      kind: "stream",
      open: (stream) => {
        if (!isOurs(stream.peer))
          throw new PharosError("unauthenticated", "the caller showed no certificate of this mesh", {
            hint: "join first, with a token",
          });
        const { address } = stream.peer;
        const open = this.#byConnection.get(address) ?? 0;
        if (open >= PER_CONNECTION_MAX)
          throw new PharosError("exhausted", `${open} streams of ${address} watch taps already`, {
            hint: "one is enough; end the others",
          });
        this.#byConnection.set(address, open + 1);
        // It hears at once that nothing is asked for, or what.
        const watcher: Watcher = { stream, instance: undefined, isAsked: true };
        this.#watchers.set(stream, watcher);
        return {
          onMessage: (message) => {
            watcher.instance ??= instanceOf(message);
            this.#tell(watcher);
          },
          onEnd: () => undefined,
          onClose: () => {
            this.#watchers.delete(stream);
            const left = (this.#byConnection.get(address) ?? 0) - 1;
            if (left > 0) this.#byConnection.set(address, left);
            else this.#byConnection.delete(address);
          },
        };
      },
    };
  }

  /** What is asked for from here on: it is said to all whom it is for, also where it is what they were told before. Returns who hears it. */
  set(orders: EncodedOrders): readonly string[] {
    this.#orders = orders;
    const hearing = new Set<string>();
    for (const watcher of this.#watchers.values())
      if (this.#tell(watcher) && watcher.instance !== undefined) hearing.add(watcher.instance);
    return [...hearing];
  }

  /** True where it is asked for something. */
  #tell(watcher: Watcher): boolean {
    const { stream, instance } = watcher;
    if (instance === undefined || stream.queuedBytes > WAITING_BYTES_MAX) return false;
    const order = Object.hasOwn(this.#orders, instance) ? this.#orders[instance] : undefined;
    if (order !== undefined && this.#isItsOwn(instance, stream.peer)) {
      watcher.isAsked = true;
      stream.send([order]);
      return true;
    }
    // An empty message: nothing is asked for.
    if (watcher.isAsked) stream.send([new Uint8Array()]);
    watcher.isAsked = false;
    return false;
  }

  /** The instance runs under the account of the certificate: it may have been registered, or given to another, since the stream began. */
  #isItsOwn(instance: string, { certificate }: Peer): boolean {
    const [uri = "", ...more] = certificate?.uris ?? [];
    const identity = more.length === 0 ? parseSpiffeId(uri) : undefined;
    const found = this.#find(instance);
    return (
      identity !== undefined &&
      found?.namespace === identity.namespace &&
      found.serviceAccount === identity.serviceAccount
    );
  }
}

function instanceOf(message: Buffer): string {
  const { instance } = readMessage(WatchTapsRequestSchema, message);
  if (instance.length > INSTANCE_CHARS_MAX)
    throw new PharosError(
      "invalid",
      `instance: ${instance.length} characters: at most ${INSTANCE_CHARS_MAX} are a name`,
      {
        hint: "name it as it is registered: namespace/name",
      },
    );
  return instance;
}
