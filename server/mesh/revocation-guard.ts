import { create, toBinary } from "@bufbuild/protobuf";
import { PharosError } from "#core/errors.ts";
import type { Revoked } from "#core/identity/revoked.ts";
import { parseSpiffeId } from "#core/identity/spiffe-id.ts";
import type { Peer } from "#grpc/peer.ts";
import type { GrpcMethod } from "#grpc/server.ts";
import type { ServerStream } from "#grpc/server-stream.ts";
import { RevocationListsSchema } from "#proto/gen/pharos/agent/v1/agent_pb.js";
import { RevocationWatchers } from "#server/mesh/revocation-watchers.ts";

export const WATCH_REVOCATIONS = "/pharos.agent.v1.AgentService/WatchRevocations";
const HINT = "an operator lifts it with `pharos revoke lift`; `pharos revoke list` shows all";

/** Stands before every method of the mesh port: whoever is revoked is refused, and what it has open is ended. */
export class RevocationGuard {
  readonly #onRefused: (peer: Peer, reason: string) => void;
  readonly #open = new Set<ServerStream>();
  readonly #watchers: RevocationWatchers;
  #revoked: Revoked;

  constructor(revoked: Revoked, onRefused: (peer: Peer, reason: string) => void) {
    this.#revoked = revoked;
    this.#watchers = new RevocationWatchers(encodeLists(revoked));
    this.#onRefused = onRefused;
  }

  /** Why a peer is not believed any more; undefined while it is. */
  why({ certificate }: Peer): string | undefined {
    if (certificate === null) return undefined;
    const { namespaces, identities, serials } = this.#revoked;
    const [uri = ""] = certificate.uris;
    const why =
      namespaces.get(parseSpiffeId(uri)?.namespace ?? "") ?? identities.get(uri) ?? serials.get(certificate.serial);
    return why === undefined ? undefined : `certificate ${certificate.serial} of ${uri} ${why}`;
  }

  /** The same method for those who are not revoked. */
  guard(method: GrpcMethod): GrpcMethod {
    if (method.kind === "unary")
      return {
        kind: "unary",
        handle: async (request, call) => {
          this.#require(call.peer);
          return method.handle(request, call);
        },
      };
    return {
      kind: "stream",
      open: (stream) => {
        this.#require(stream.peer);
        const handler = method.open(stream);
        this.#open.add(stream);
        return {
          ...bound(handler),
          onClose: () => {
            this.#open.delete(stream);
            handler.onClose?.();
          },
        };
      },
    };
  }

  /** AgentService/WatchRevocations: the lists, at once and with each change. */
  watch(isOurs: (peer: Peer) => boolean): GrpcMethod {
    return {
      kind: "stream",
      open: (stream) => {
        if (!isOurs(stream.peer))
          throw new PharosError("unauthenticated", "the caller showed no certificate of this mesh", {
            hint: "join first, with a token",
          });
        this.#watchers.add(stream);
        return {
          onMessage: () => undefined,
          // It listens; that it says no more is no end.
          onEnd: () => undefined,
          onDrain: () => this.#watchers.drained(stream),
          onClose: () => this.#watchers.remove(stream),
        };
      },
    };
  }

  /** Ends every stream of those who are revoked, and tells the others. */
  set(revoked: Revoked): void {
    this.#revoked = revoked;
    for (const stream of this.#open) {
      const why = this.why(stream.peer);
      if (why !== undefined) stream.fail(new PharosError("unauthenticated", why, { hint: HINT }));
    }
    this.#watchers.tell(encodeLists(revoked));
  }

  #require(peer: Peer): void {
    const why = this.why(peer);
    if (why === undefined) return;
    this.#onRefused(peer, why);
    throw new PharosError("unauthenticated", why, { hint: HINT });
  }
}

/** Handlers may be instances of classes: their methods are called as theirs. */
function bound(handler: ReturnType<Extract<GrpcMethod, { kind: "stream" }>["open"]>) {
  return {
    onMessage: (message: Buffer) => handler.onMessage(message),
    ...(handler.onEnd === undefined ? {} : { onEnd: () => handler.onEnd?.() }),
    ...(handler.onDrain === undefined ? {} : { onDrain: () => handler.onDrain?.() }),
  };
}

function encodeLists({ lists }: Revoked): Uint8Array {
  return toBinary(
    RevocationListsSchema,
    create(RevocationListsSchema, {
      lists: Array.from(lists, ([rootFingerprint, crl]) => ({ rootFingerprint, crl })),
    }),
  );
}
