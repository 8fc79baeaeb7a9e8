import { formatPercent, formatRate } from "#core/graph/format-rate.ts";
import type { GraphEdge } from "#core/graph/graph.ts";

/** Rates are strings, and zero ones are left out; `responses` are percentages of the edge's requests. */
export interface KialiTraffic {
  readonly protocol: "http" | "grpc" | "tcp";
  readonly rates: Readonly<Record<string, string>>;
  readonly responses?: Readonly<
    Record<
      string,
      { readonly flags: Readonly<Record<string, string>>; readonly hosts: Readonly<Record<string, string>> }
    >
  >;
}

type Rates = Record<string, number>;

function add(rates: Rates, name: string, rate: number): void {
  rates[name] = (rates[name] ?? 0) + rate;
}

/** Requests per second by what became of them: "total", "3xx", "4xx", "5xx", "err" (gRPC), "noResponse". */
function rateKinds(edge: GraphEdge): Rates {
  const rates: Rates = {};
  for (const { code, requestsPerSecond, grpcStatus } of edge.responses) {
    add(rates, "total", requestsPerSecond);
    if (code === 0 && edge.protocol !== "tcp") add(rates, "noResponse", requestsPerSecond);
    else if (edge.protocol === "grpc" && (code >= 400 || (grpcStatus ?? "0") !== "0"))
      add(rates, "err", requestsPerSecond);
    else if (edge.protocol === "http" && code >= 300) add(rates, `${Math.floor(code / 100)}xx`, requestsPerSecond);
  }
  return rates;
}

const SUFFIX: Readonly<Record<string, string>> = {
  total: "",
  "3xx": "3xx",
  "4xx": "4xx",
  "5xx": "5xx",
  err: "Err",
  noResponse: "NoResponse",
};

function formatRates(rates: Rates, nameOf: (kind: string) => string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(rates).flatMap(([kind, rate]) => (rate > 0 ? [[nameOf(kind), formatRate(rate)]] : [])),
  );
}

/** `siblings`: all edges of the same source, for its distribution. */
export function edgeTraffic(edge: GraphEdge, siblings: readonly GraphEdge[]): KialiTraffic {
  const { protocol } = edge;
  if (protocol === "tcp")
    return { protocol, rates: { tcp: formatRate(edge.bytesPerSecond) }, responses: responsesOf(edge) };
  const kinds = rateKinds(edge);
  const all = siblings
    .filter((each) => each.protocol === protocol)
    .reduce((sum, each) => sum + each.requestsPerSecond, 0);
  return {
    protocol,
    rates: {
      ...formatRates(kinds, (kind) => `${protocol}${SUFFIX[kind]}`),
      // The one figure that tables and health have too.
      ...(edge.errorPercent > 0 ? { [`${protocol}PercentErr`]: formatPercent(edge.errorPercent) } : {}),
      ...(all > 0 ? { [`${protocol}PercentReq`]: formatPercent((edge.requestsPerSecond / all) * 100) } : {}),
    },
    responses: responsesOf(edge),
  };
}

/** What comes into a node and leaves it, per protocol. */
export function nodeTraffic(into: readonly GraphEdge[], out: readonly GraphEdge[]): KialiTraffic[] {
  return (["grpc", "http", "tcp"] as const).flatMap((protocol) => {
    const rates: Rates = {};
    for (const edge of into) {
      if (edge.protocol !== protocol) continue;
      if (protocol === "tcp") add(rates, "tcpIn", edge.bytesPerSecond);
      else for (const [kind, rate] of Object.entries(rateKinds(edge))) add(rates, `${protocol}In${SUFFIX[kind]}`, rate);
    }
    for (const edge of out) {
      if (edge.protocol === protocol)
        add(rates, `${protocol}Out`, protocol === "tcp" ? edge.bytesPerSecond : edge.requestsPerSecond);
    }
    const formatted = formatRates(rates, (name) => name);
    return Object.keys(formatted).length === 0 ? [] : [{ protocol, rates: formatted }];
  });
}

function responsesOf(edge: GraphEdge): NonNullable<KialiTraffic["responses"]> {
  const total = edge.responses.reduce((sum, { requestsPerSecond }) => sum + requestsPerSecond, 0);
  const codes = new Map<string, { flags: Rates; hosts: Rates }>();
  for (const { code, flags, requestsPerSecond, grpcStatus, hosts } of edge.responses) {
    const name = grpcStatus !== undefined && code < 400 ? grpcStatus : code === 0 ? "-" : String(code);
    const entry = codes.get(name) ?? { flags: {}, hosts: {} };
    codes.set(name, entry);
    add(entry.flags, flags, requestsPerSecond);
    for (const [host, rate] of Object.entries(hosts ?? {})) add(entry.hosts, host, rate);
  }
  const percents = (rates: Rates): Record<string, string> =>
    Object.fromEntries(Object.entries(rates).map(([name, rate]) => [name, formatPercent((rate / total) * 100)]));
  return Object.fromEntries(
    [...codes].map(([code, { flags, hosts }]) => [code, { flags: percents(flags), hosts: percents(hosts) }]),
  );
}
