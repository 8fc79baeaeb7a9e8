import type { ClientTls, Cluster } from "#core/simulate/cluster.ts";
import type { Connection, PeerCertificate } from "#core/simulate/exchange.ts";
import type { FilterChain, NameTest } from "#core/simulate/listener.ts";

/** What a client of this kind says that it speaks, inside of TLS. */
export function offeredAlpn(socket: ClientTls, speaks: Connection["speaks"]): readonly string[] {
  if (socket.kind === "plain") return [];
  if (socket.alpn.length > 0) return socket.alpn;
  return speaks === "h2" ? ["h2"] : speaks === "tcp" ? [] : ["http/1.1"];
}

/** How a cluster speaks to its endpoints, for a caller that speaks so to the proxy. */
export function spokenTo({ speaks }: Cluster, downstream: Connection["speaks"]): Connection["speaks"] {
  if (downstream === "tcp") return "tcp";
  return speaks === "as-called" ? downstream : speaks;
}

export type Security = "mutual TLS" | "TLS" | "plain text";

/** What is spoken where the called side takes whatever the caller offers. */
export function offeredSecurity(socket: ClientTls): Security {
  if (socket.kind === "plain") return "plain text";
  return socket.certificate === undefined ? "TLS" : "mutual TLS";
}

/** Why a caller does not take who has no proxy of the mesh, and so no certificate of it; undefined: it does, or may. */
export function refusesStranger(socket: ClientTls): string | undefined {
  return socket.kind === "tls" && socket.trustsMesh
    ? "the caller begins mTLS of the mesh, and whoever it reaches has no certificate of the mesh"
    : undefined;
}

/** Whether caller and called agree; else why not, and how the caller's proxy tells of it. */
export type Handshake =
  | { readonly isDone: true; readonly security: Security }
  | { readonly isDone: false; readonly why: string; readonly flags: "UF" | "UC" };

/** `shown` are the certificates that the two ends have: the mesh's, where they are asked for one. */
export function shakeHands(
  socket: ClientTls,
  { tls }: FilterChain,
  shown: { readonly client: PeerCertificate | undefined; readonly server: PeerCertificate },
): Handshake {
  if (socket.kind === "plain")
    return tls === undefined
      ? { isDone: true, security: "plain text" }
      : { isDone: false, why: "the caller sends plain text, and the filter chain takes TLS alone", flags: "UC" };
  if (tls === undefined)
    return { isDone: false, why: "the caller begins TLS, and the filter chain takes plain text", flags: "UF" };
  if (socket.isChecked && !isNamed(socket.serverNames, shown.server))
    return {
      isDone: false,
      why: `the caller asks for a server whose name ${names(socket.serverNames)}, and it is ${shown.server.uris.join(", ") || "another"}`,
      flags: "UF",
    };
  if (!tls.needsCertificate) return { isDone: true, security: "TLS" };
  if (socket.certificate === undefined || shown.client === undefined)
    return { isDone: false, why: "the filter chain asks for a certificate, and the caller shows none", flags: "UF" };
  if (!isNamed(tls.clientNames, shown.client))
    return {
      isDone: false,
      why: `the filter chain takes callers whose name ${names(tls.clientNames)}, and this one is ${shown.client.uris.join(", ")}`,
      flags: "UF",
    };
  return { isDone: true, security: "mutual TLS" };
}

/** Why the TLS of a client that has no proxy does not come about, and how the proxy tells of it; undefined: it does, or there is none. */
export function failsClient(
  { tls, serves }: Pick<FilterChain, "tls" | "serves">,
  { tls: offered }: Pick<Connection, "tls">,
): { readonly why: string; readonly flags: "" | "DPE" } | undefined {
  if (tls === undefined)
    // Who speaks no HTTP passes on whatever comes.
    return offered === undefined || serves?.kind !== "http"
      ? undefined
      : { why: "the client begins TLS, and the filter chain takes plain text", flags: "DPE" };
  if (offered === undefined)
    return { why: "the client sends plain text, and the filter chain takes TLS alone", flags: "" };
  if (!tls.needsCertificate) return undefined;
  if (offered.peer === undefined)
    return { why: "the filter chain asks for a certificate, and the client shows none", flags: "" };
  if (isNamed(tls.clientNames, offered.peer)) return undefined;
  const shown = offered.peer.uris.join(", ");
  return {
    why: `the filter chain takes clients whose name ${names(tls.clientNames)}, and this one is ${shown}`,
    flags: "",
  };
}

function isNamed(tests: readonly NameTest[], { uris, dnsNames }: PeerCertificate): boolean {
  return (
    tests.length === 0 || tests.some(({ of, test }) => (of === "uri" ? uris : of === "dns" ? dnsNames : []).some(test))
  );
}

function names(tests: readonly NameTest[]): string {
  return tests
    .slice(0, 4)
    .map(({ text }) => text)
    .join(" or ");
}
