import * as fc from "fast-check";
import { document } from "#testing/oracle/arbitrary/meeting-documents.ts";
import type { Written } from "#testing/oracle/world.ts";

/** Without an endpoint of the application it is another one on purpose (docs/reference/differences.md). */
const anyListener = (number: number): fc.Arbitrary<object> =>
  fc
    .record({
      protocol: fc.constantFrom("HTTP", "HTTP2", "GRPC", "TCP", "MONGO", ""),
      defaultEndpoint: fc.constantFrom("127.0.0.1:9999", "0.0.0.0:9998", "unix:///tmp/app.sock"),
    })
    .map(({ protocol, defaultEndpoint }) => ({
      port: { number, name: `p${number}`, ...(protocol === "" ? {} : { protocol }) },
      defaultEndpoint,
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
    )
    .map(([ingress, labels]) => ({ workloadSelector: { labels }, ingress, egress: [{ hosts: ["*/*"] }] })),
);
