import * as fc from "fast-check";
import { CONNECTED, TCP_PORT, TLS_PORT } from "#testing/oracle/arbitrary/any-connection-rule.ts";
import { document, NAMESPACES, rarely } from "#testing/oracle/arbitrary/meeting-documents.ts";
import type { Written } from "#testing/oracle/world.ts";

/** Ports of gateways for TCP, of the first and the second gateway. */
export const PLAIN_PORTS = [7000, 7001];
export const ENDING_PORT = 8443;
/** Where TLS goes on as it is, by the name that it asks for. */
export const PASSING_PORT = 9443;
/** The same by Istio's names of clusters. */
export const MESH_PORT = 15443;
/** Each the host of one server: of two that share one the younger is left out in Istio. */
export const SERVED = ["a.example.com", "b.example.com", "c.example.com", "d.example.com"] as const;
const HASH = "df6ff72fe9116521268f6f2dd4966f51df479883fe7037b39f75916ac3049d1a";
const FILES = { serverCertificate: "/a", privateKey: "/b" };
const SUITES = ["AES128-SHA", "ECDHE-RSA-AES256-GCM-SHA384", "AES256-SHA", "no-such-suite"];

const shown = fc.constantFrom<object>(
  FILES,
  FILES,
  { credentialName: "stored" },
  { credentialNames: ["stored", "more"] },
  { tlsCertificates: [FILES, { serverCertificate: "/c", privateKey: "/d" }] },
);
const asked = fc
  .tuple(
    fc.constantFrom("MUTUAL", "MUTUAL", "OPTIONAL_MUTUAL").map((mode) => ({ mode })),
    rarely(fc.constantFrom({ subjectAltNames: ["x"] }, { subjectAltNames: ["spiffe://x/y", "z"] })),
    rarely(fc.constant({ verifyCertificateHash: [HASH] }), 4),
    rarely(fc.constant({ caCrl: "/crl" }), 4),
    rarely(fc.constant({ caCertCredentialName: "roots" }), 4),
  )
  .map((all) => Object.assign({}, ...all) as object);
const agreed = fc
  .tuple(
    rarely(
      fc
        .constantFrom("TLSV1_0", "TLSV1_2", "TLSV1_3", "TLS_AUTO")
        .map((minProtocolVersion) => ({ minProtocolVersion })),
    ),
    rarely(fc.constantFrom("TLSV1_2", "TLSV1_3", "TLS_AUTO").map((maxProtocolVersion) => ({ maxProtocolVersion }))),
    rarely(fc.subarray(SUITES, { minLength: 1 }).map((cipherSuites) => ({ cipherSuites }))),
  )
  .map((all) => Object.assign({}, ...all) as object);

/** What certificates are checked against goes with where the server's own are. */
const ending = fc
  .tuple(shown, fc.oneof(fc.constant({ mode: "SIMPLE" }), asked, fc.constant({ mode: "ISTIO_MUTUAL" })), agreed)
  .map(([certificates, clients, rest]) => {
    const { mode, caCrl, caCertCredentialName, ...checks } = clients as Record<string, unknown>;
    if (mode === "ISTIO_MUTUAL") return { mode, ...rest };
    if (mode === "SIMPLE") return { mode, ...certificates, ...rest };
    const isStored = "credentialName" in certificates || "credentialNames" in certificates;
    const roots = isStored
      ? { ...(caCertCredentialName === undefined ? {} : { caCertCredentialName }) }
      : { caCertificates: "/roots", ...(caCrl === undefined ? {} : { caCrl }) };
    return { mode, ...certificates, ...roots, ...checks, ...rest };
  });

/** A gateway with servers that end TLS, for requests and for connections, and one for TCP. */
export function gatewayOfServers(index: number): fc.Arbitrary<Written> {
  const secure = [0, 1].map((at) =>
    fc.record({ protocol: fc.constantFrom("HTTPS", "TLS"), tls: ending }).map(({ protocol, tls }) => ({
      port: { number: ENDING_PORT, name: `s${index}${at}`, protocol },
      hosts: [SERVED[2 * index + at] ?? ""],
      tls,
    })),
  );
  const plain = fc.constantFrom("TCP", "MONGO").map((protocol) => ({
    port: { number: PLAIN_PORTS[index] ?? 0, name: `p${index}`, protocol },
    hosts: ["*"],
  }));
  const passing = {
    port: { number: PASSING_PORT, name: `t${index}`, protocol: "TLS" },
    hosts: [SERVED[index] ?? ""],
    tls: { mode: "PASSTHROUGH" },
  };
  const ofMesh = fc
    .constantFrom(`*.${["default", "prod"][index]}.svc.cluster.local`, CONNECTED[index] ?? "")
    .map((host) => ({
      port: { number: MESH_PORT, name: `m${index}`, protocol: "TLS" },
      hosts: [host],
      tls: { mode: "AUTO_PASSTHROUGH" },
    }));
  return document(
    "Gateway",
    `g${index}`,
    fc.constantFrom("default", "istio-system"),
    fc
      .tuple(...secure, plain, fc.constant(passing), ofMesh)
      .chain((all) => fc.subarray<object>(all, { minLength: 1 }))
      .map((servers) => ({ selector: { istio: "gw" }, servers })),
  );
}

const destination = fc.constantFrom(...CONNECTED).map((host) => ({ host, port: { number: TCP_PORT } }));
const share = fc
  .tuple(destination, fc.constantFrom(0, 20, 50), destination, fc.constantFrom(1, 80))
  .map(([first, weight, second, rest]) => [
    { destination: first, weight },
    { destination: second, weight: rest },
  ]);
const match = fc.constantFrom<object>(
  {},
  {},
  { match: [{ port: ENDING_PORT }] },
  { match: [{ port: PLAIN_PORTS[0] }] },
  { match: [{ gateways: ["istio-system/g0"] }, { port: TLS_PORT }] },
);

/** A rule for the connections of gateways. */
export function gatewayConnections(index: number): fc.Arbitrary<Written> {
  return document(
    "VirtualService",
    `c${index}`,
    fc.constantFrom(...NAMESPACES),
    fc
      .record({
        host: fc.constantFrom(...SERVED, "*.example.com"),
        gateways: fc.constantFrom(["default/g0", "default/g1"], ["istio-system/g0"], ["default/g1"]),
        tcp: fc.array(
          fc
            .tuple(
              match,
              fc.oneof(
                destination.map((each) => [{ destination: each }]),
                share,
              ),
            )
            .map(([those, route]) => ({
              ...those,
              route,
            })),
          { minLength: 1, maxLength: 2 },
        ),
        tls: fc.array(destination, { maxLength: 1 }),
      })
      // A server name that is not the rule's and the server's is another's on purpose.
      .map(({ host, tls, ...rest }) => ({
        hosts: [host],
        ...rest,
        tls: (host.startsWith("*") ? [] : tls).map((each) => ({
          match: [{ sniHosts: [host] }],
          route: [{ destination: each }],
        })),
      })),
  );
}
