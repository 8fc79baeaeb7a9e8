import * as fc from "fast-check";
import { list, METHODS, ORIGINS, PATHS, some, USERS } from "#server/envoy/testing/arbitrary-basics.ts";
import { tokenHolder } from "#server/envoy/testing/arbitrary-token.ts";
import type { Question } from "#server/envoy/testing/scenario.ts";

/** What is called in every mesh, by its port on this host. */
export interface MeshPorts {
  readonly proxy: number;
  readonly reviews: number;
  readonly store: number;
  readonly gate: number;
  readonly secureGate: number;
  readonly tcpGate: number;
  /** TLS of connections, that ends there or passes through. */
  readonly tlsGate: number;
  /** Of the sidecar, for a service whose TLS is the caller's. */
  readonly secure: number;
  /** Inbound ports, for callers outside of the mesh. */
  readonly inbound: readonly number[];
  readonly stores: readonly number[];
}

const path = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...PATHS) },
  {
    weight: 2,
    arbitrary: list(
      fc.constantFrom(
        "a",
        "b",
        "A",
        "..",
        ".",
        "",
        "%2F",
        "%41",
        "%2e%2E",
        "a;x=1",
        "%zz",
        "\\",
        "api",
        "v1",
        "~",
        "%7e",
        "!",
        "'",
        "%20",
        "|",
        "^",
        "%5c",
        "a.b",
        "..a",
        "%",
      ),
      4,
    ).map((parts) => `/${parts.join("/")}`),
  },
);
const query = fc.constantFrom("", "", "", "?q=1", "?q=j&r=a", "?r", "?q=&q=1", "?", "?q=%31", "?a/../b");
const headers = fc
  .record({
    "x-user": some(fc.constantFrom<string | string[]>(...USERS, ["jason", "ann"])),
    "x-b": some(fc.constantFrom("1", "b")),
    cookie: some(fc.constantFrom("j=1", "a=b; c=d")),
    origin: some(fc.constantFrom(...ORIGINS, "null")),
    "access-control-request-method": some(fc.constantFrom("POST")),
    "access-control-request-headers": some(fc.constantFrom("x-user")),
    "x-forwarded-for": some(fc.constantFrom("203.0.113.9", "10.0.0.1", "1.2.3.4, 203.0.113.9", "nonsense")),
    "x-forwarded-proto": some(fc.constantFrom("https", "http")),
    "content-type": some(fc.constantFrom("application/grpc", "text/plain")),
    x_under: some(fc.constant("1")),
  })
  .map(
    (all) =>
      Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Record<
        string,
        string | string[]
      >,
  );

/** Requests and connections to such a mesh. */
export function arbitraryQuestion({
  proxy,
  reviews,
  store,
  gate,
  secureGate,
  tcpGate,
  tlsGate,
  secure,
  inbound,
  stores,
}: MeshPorts): fc.Arbitrary<Question> {
  const plain = fc
    .record({
      method: fc.oneof(
        { weight: 30, arbitrary: fc.constantFrom<string>(...METHODS) },
        { weight: 1, arbitrary: fc.constantFrom("FOO", "MKCOL", "M-SEARCH") },
      ),
      upgrade: fc.oneof(
        { weight: 30, arbitrary: fc.constant(undefined) },
        { weight: 1, arbitrary: fc.constantFrom("other", "h2c", "TLS/1.0") },
      ),
      path: fc.tuple(path, query).map((all) => all.join("")),
      headers,
    })
    .map(({ upgrade, ...rest }) => ({ ...rest, ...(upgrade === undefined ? {} : { upgrade }) }));
  const withToken = fc.tuple(plain, path, tokenHolder).map(([rest, own, holder]) => ({
    ...rest,
    path: holder.query === "" ? rest.path : `${own}?${holder.query}`,
    headers: { ...rest.headers, ...holder.headers },
  }));
  const request = fc.oneof({ weight: 3, arbitrary: plain }, { weight: 2, arbitrary: withToken });
  const meshHost = fc.constantFrom(
    "reviews:9080",
    "REVIEWS:9080",
    "reviews.default:9080",
    "reviews.default.svc.cluster.local:9080",
    "reviews.default.svc.cluster.local.:9080",
    "reviews",
    "ratings:9080",
    "ext.example.com",
    "ext.example.com:80",
    "ext.example.com.",
    "b.example.com",
    "other.example.com:8080",
    "nobody.example.com",
    "unknown",
  );
  const gateHost = fc.constantFrom(
    "a.example.com",
    "a.example.com:8080",
    "A.Example.Com",
    "b.example.com",
    "x.y.example.com",
    "example.com",
    "other.org",
    "a.example.com.",
    "reviews.default.svc.cluster.local",
    "a.example.com:80",
  );
  return fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .tuple(request, meshHost)
        .map(([{ path: own, ...rest }, host]) => ({ to: proxy, url: `http://${host}${own}`, ...rest })),
    },
    { weight: 2, arbitrary: fc.tuple(request, meshHost).map(([rest, host]) => ({ to: reviews, host, ...rest })) },
    { weight: 4, arbitrary: fc.tuple(request, gateHost).map(([rest, host]) => ({ to: gate, host, ...rest })) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(request, fc.constantFrom("a.example.com", "b.example.com", "x.example.com", "other.org"))
        .map(([rest, sni]) => ({ to: secureGate, sni, ...rest })),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(request, fc.constantFrom(...inbound), meshHost)
        .map(([rest, to, host]) => ({ to, host, ...rest })),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(
          fc.constantFrom(tlsGate, secure),
          fc.constantFrom("secure.example.com", "a.secure.example.com", "b.secure.example.com", "other.example.com"),
        )
        .map(([to, sni]) => ({ to, sni, tcp: "who is there\n" })),
    },
    { weight: 1, arbitrary: fc.constantFrom(store, tcpGate, ...stores).map((to) => ({ to, tcp: "who is there\n" })) },
  );
}
