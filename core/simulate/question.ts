import { PharosError } from "#core/errors.ts";
import { hostForms } from "#core/host/host-forms.ts";
import { parseAddress } from "#core/simulate/address.ts";
import type { Connection } from "#core/simulate/exchange.ts";
import { findCapturedListener } from "#core/simulate/find-listener.ts";
import { Headers } from "#core/simulate/headers.ts";
import type { Listener } from "#core/simulate/listener.ts";
import type { ProxyImage } from "#core/simulate/proxy-image.ts";
import type { ProxyNode } from "#core/xds/layer.ts";

/** A request as a person puts it, from an application behind a sidecar, or from outside through a gateway. */
export interface Question {
  readonly method: string;
  /** `http://reviews:9080/x`, `https://…` at gateways, `tcp://store:7000`. */
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
  /** The client's address where the caller is a gateway. */
  readonly sourceIp?: string | undefined;
}

/** A client of nobody's: RFC 5737 keeps these addresses for examples. */
const STRANGER = "192.0.2.1";
const USUAL_PORT = { "http:": 80, "https:": 443 } as const;

export interface Entry {
  readonly listener: Listener;
  readonly connection: Connection;
  /** Undefined for plain connections. */
  readonly headers: Headers | undefined;
}

interface Target {
  readonly scheme: "http:" | "https:" | "tcp:";
  /** With the port, as it is written. */
  readonly authority: string;
  readonly host: string;
  readonly port: number;
  readonly path: string;
}

/** How a question comes to a proxy. Throws "invalid" for what does not come to it, with what would. */
export function enterProxy(image: ProxyImage, node: ProxyNode, question: Question): Entry {
  const target = parseTarget(question.url);
  return node.type === "router"
    ? enterGateway(image, node, question, target)
    : enterSidecar(image, node, question, target);
}

function parseTarget(text: string): Target {
  const [, scheme, authority = "", path = ""] = /^(https?:|tcp:)\/\/([^/?#]+)(.*)$/i.exec(text) ?? [];
  const kind = scheme?.toLowerCase();
  if (kind !== "http:" && kind !== "https:" && kind !== "tcp:")
    throw new PharosError("invalid", `"${text}" is not a URL that can be simulated`, {
      hint: "it begins with http://, https:// or tcp://, and names a host: http://reviews:9080/reviews/0",
    });
  const [, host = authority, written] = /^(.*?)(?::(\d+))?$/.exec(authority) ?? [];
  const port = written === undefined ? (kind === "tcp:" ? 0 : USUAL_PORT[kind]) : Number(written);
  if (port < 1 || port > 65_535)
    throw new PharosError("invalid", `"${text}" names no port from 1 to 65535`, {
      hint: "write it behind the host: tcp://store:7000",
    });
  return { scheme: kind, authority, host, port, path: path === "" ? "/" : path.startsWith("/") ? path : `/${path}` };
}

function headersOf({ method, headers }: Question, { authority, path, scheme }: Target, isAbsolute: boolean): Headers {
  const all = new Headers([
    [":method", method],
    [":authority", authority],
    [":path", path],
    ...(isAbsolute ? [[":scheme", scheme.slice(0, -1)] as const] : []),
  ]);
  for (const [written, value] of headers) {
    const name = written.toLowerCase();
    if (name === "host") all.set(":authority", value);
    else all.append(name, value);
  }
  return all;
}

/** As its agent answers an application that looks a name up; the name itself where it does not. */
function lookUp(image: ProxyImage, namespace: string, domain: string, { host, port }: Target): string {
  const suffix = domain.startsWith(`${namespace}.svc.`) ? domain.slice(`${namespace}.svc.`.length) : domain;
  const named = hostForms(host, namespace, suffix).flatMap(
    (form) => image.cluster(`outbound|${port}||${form}`)?.addresses ?? [],
  );
  return named[0] ?? host;
}

function enterSidecar(
  image: ProxyImage,
  { metadata, name, namespace, domain }: ProxyNode,
  question: Question,
  target: Target,
): Entry {
  if (target.scheme === "https:")
    throw new PharosError("invalid", "an application's own TLS is not looked into on its way out", {
      hint: "ask for tcp://HOST:PORT, or for http:// where the sidecar begins TLS",
    });
  const isTcp = target.scheme === "tcp:";
  const remote = parseAddress("127.0.0.1");
  const at = (listener: Listener, local: Connection["local"], localPort: number, isAbsolute: boolean): Entry => ({
    listener,
    connection: { remote, local, localPort, tls: undefined, speaks: isTcp ? "tcp" : "http/1.1" },
    headers: isTcp ? undefined : headersOf(question, target, isAbsolute),
  });
  const address = lookUp(image, namespace, domain, target);
  const captured = findCapturedListener(image, address, target.port);
  if (captured !== undefined) return at(captured, parseAddress(address), target.port, false);
  const bound = (port: number | undefined): Listener | undefined =>
    port === undefined ? undefined : image.listeners().find((each) => each.binds && each.port === port);
  const own = metadata.PHAROS_OUTBOUND.find(({ host, port }) => port === target.port && isNamed(host, target.host));
  const explicit = bound(own?.bindPort);
  if (explicit !== undefined && (isTcp || metadata.HTTP_PROXY_PORT === undefined))
    return at(explicit, remote, explicit.port, false);
  const proxy = isTcp ? undefined : bound(metadata.HTTP_PROXY_PORT);
  if (proxy !== undefined) return at(proxy, remote, proxy.port, true);
  throw new PharosError("invalid", `${name} has no way out to ${target.host}:${target.port}`, {
    hint: "its traffic is not captured, and it has neither a forward proxy for this nor a port of its own",
  });
}

/** `reviews` is `reviews.default.svc.cluster.local`, as an application writes it. */
function isNamed(host: string, written: string): boolean {
  return host === written || host.startsWith(`${written}.`) || written.startsWith(`${host}.`);
}

function enterGateway(image: ProxyImage, { metadata, name }: ProxyNode, question: Question, target: Target): Entry {
  const port = metadata.PHAROS_GATEWAY_PORTS[String(target.port)] ?? target.port;
  const all = image.listeners();
  const listener = all.find((each) => each.port === port);
  if (listener === undefined)
    throw new PharosError("invalid", `gateway ${name} does not listen on port ${target.port}`, {
      hint: all.length === 0 ? "no Gateway selects it" : `it listens on ${portsOf(all, metadata.PHAROS_GATEWAY_PORTS)}`,
    });
  const isTls = target.scheme === "https:";
  const isTcp = target.scheme === "tcp:";
  const remote = parseAddress(question.sourceIp ?? STRANGER);
  if (remote === undefined) throw new PharosError("invalid", `"${question.sourceIp}" is not an IP address`);
  const isName = parseAddress(target.host) === undefined;
  return {
    listener,
    connection: {
      remote,
      local: parseAddress(listener.address),
      localPort: listener.port,
      speaks: isTcp ? "tcp" : "http/1.1",
      tls: isTls ? { serverName: isName ? target.host : "", alpn: ["http/1.1"], peer: undefined } : undefined,
    },
    headers: isTcp ? undefined : headersOf(question, target, false),
  };
}

function portsOf(listeners: readonly Listener[], ports: ProxyNode["metadata"]["PHAROS_GATEWAY_PORTS"]): string {
  const written = new Map(Object.entries(ports).map(([port, bound]) => [bound, port]));
  return listeners.map(({ port }) => written.get(port) ?? String(port)).join(", ");
}
