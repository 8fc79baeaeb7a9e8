import type { Call, CallResult, Hop } from "#core/simulate/call.ts";
import { NOTHING, Notes } from "#core/simulate/call-result.ts";
import { acceptConnection, decideTcp } from "#core/simulate/decide-connection.ts";
import { decideHttp } from "#core/simulate/decide-http.ts";
import type { Dice } from "#core/simulate/dice.ts";
import { Exchange } from "#core/simulate/exchange.ts";
import { failsClient } from "#core/simulate/handshake.ts";
import { Headers } from "#core/simulate/headers.ts";
import { sendToCluster } from "#core/simulate/send-to-cluster.ts";

/**
 * One way in which a call can go, as the dice fall: through the caller's proxy, to an endpoint, and where that is a workload
 * whose proxy is known, through that one's inbound side to its application.
 */
export function followCall(call: Call, dice: Dice, isTraced: boolean): CallResult {
  const notes = isTraced ? new Notes() : undefined;
  const { from, listener, connection } = call;
  const hop: Hop = { proxy: from.name, side: "caller", steps: notes?.steps ?? [] };
  const ended = (result: Partial<CallResult>): CallResult => ({ ...NOTHING, by: "caller", hops: [hop], ...result });
  notes?.add({
    at: "listener",
    result: "found",
    title: listener.name,
    why: listener.binds
      ? `takes connections to port ${listener.port}`
      : `takes captured connections to port ${connection.localPort}`,
    place: { type: "LDS", resource: listener.name, path: "" },
    origins: [],
  });
  const chain = acceptConnection(from.image, listener, connection, notes);
  if ("kind" in chain) return ended({ flags: chain.flags, details: chain.details });
  const failed = failsClient(chain, connection);
  if (failed !== undefined) {
    notes?.add({
      at: "TLS",
      result: "ended",
      title: "no agreement",
      why: failed.why,
      place: {
        type: "LDS",
        resource: listener.name,
        path: chain.tls === undefined ? chain.path : `${chain.path}.transportSocket`,
      },
      origins: chain.origins.length > 0 ? chain.origins : from.image.origins("LDS", listener.name),
    });
    return ended({ flags: failed.flags, details: failed.why });
  }
  const { serves } = chain;
  if (serves === undefined) return ended({ by: "unknown", details: "a filter of the chain is not evaluated here" });
  if (serves.kind === "tcp") {
    const decided = decideTcp(listener, chain, serves, connection, dice, notes);
    if (decided.kind === "closed") return ended({ flags: decided.flags, details: decided.details });
    if (decided.kind === "undecided") return ended({ by: "unknown", details: decided.what });
    const passesTls = chain.tls === undefined && connection.tls !== undefined;
    const { cluster: name, lookedUp } = decided;
    return sendToCluster({ call, name, lookedUp, forwarded: undefined, passesTls, dice, notes, hop });
  }
  if (call.headers === undefined)
    return ended({ details: "the chain speaks HTTP, and the connection does not", flags: "DPE" });
  const exchange = new Exchange(connection, Headers.copy(call.headers));
  const at = { listener: listener.name, path: serves.path };
  const decided = decideHttp(from.image, serves, exchange, dice, notes, at);
  if (decided.kind === "undecided") return ended({ by: "unknown", details: decided.what });
  if (decided.kind === "answered")
    return ended({
      status: decided.status,
      flags: decided.flags,
      details: decided.details,
      response: decided.headers,
      delayMs: decided.delayMs,
    });
  const { lookedUp, authority } = decided.exchange;
  return sendToCluster({
    ...{ call, name: decided.cluster, forwarded: decided, dice, notes, hop },
    // A route that writes another host leads to one that nobody has looked up.
    lookedUp: lookedUp === authority ? lookedUp : undefined,
  });
}
