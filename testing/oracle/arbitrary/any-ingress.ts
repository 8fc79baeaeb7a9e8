import * as fc from "fast-check";
import { document, rarely } from "#testing/oracle/arbitrary/meeting-documents.ts";
import { fieldOf, meetingValue } from "#testing/oracle/arbitrary/meeting-value.ts";
import type { Written } from "#testing/oracle/world.ts";

const anyPool = meetingValue(fieldOf("Sidecar", "inboundConnectionPool"), 4);
const FILES = { serverCertificate: "/a", privateKey: "/b" };
const anyTls = fc.constantFrom<object>(
  { mode: "SIMPLE", ...FILES },
  { mode: "MUTUAL", ...FILES, caCertificates: "/c", subjectAltNames: ["x"], minProtocolVersion: "TLSV1_3" },
  { mode: "OPTIONAL_MUTUAL", ...FILES, caCertificates: "/c" },
);

/** Without an endpoint of the application it is another one on purpose (docs/reference/differences.md). */
const anyListener = (number: number): fc.Arbitrary<object> =>
  fc
    .record({
      protocol: fc.constantFrom("HTTP", "HTTP2", "GRPC", "TCP", "MONGO", ""),
      defaultEndpoint: fc.constantFrom("127.0.0.1:9999", "0.0.0.0:9998", "unix:///tmp/app.sock"),
      pool: rarely(anyPool.map((connectionPool) => ({ connectionPool }))),
      capture: rarely(
        fc.constantFrom<object>(
          { captureMode: "NONE" },
          { captureMode: "NONE", bind: "1.1.1.1" },
          { captureMode: "IPTABLES" },
          { bind: "1.1.1.1" },
        ),
      ),
      secured: rarely(
        fc
          .tuple(fc.constantFrom("HTTPS", "TLS"), anyTls)
          .map(([secure, tls]) => ({ port: { number, name: `p${number}`, protocol: secure }, tls })),
        4,
      ),
    })
    .map(({ protocol, defaultEndpoint, pool, capture, secured }) => ({
      port: { number, name: `p${number}`, ...(protocol === "" ? {} : { protocol }) },
      defaultEndpoint,
      ...pool,
      ...capture,
      ...secured,
    }));

/** A Sidecar that says what the called workload listens on. */
export const anyIngress: fc.Arbitrary<Written> = document(
  "Sidecar",
  "in",
  fc.constant("default"),
  fc
    .tuple(
      fc.subarray([8080, 9000, 7070], { minLength: 1 }).chain((ports) => fc.tuple(...ports.map(anyListener))),
      fc.constantFrom({ app: "x" }, { app: "x", version: "v1" }, { app: "other" }),
      rarely(anyPool.map((inboundConnectionPool) => ({ inboundConnectionPool }))),
    )
    .map(([ingress, labels, pool]) => ({
      workloadSelector: { labels },
      ingress,
      egress: [{ hosts: ["*/*"] }],
      ...pool,
    })),
);
