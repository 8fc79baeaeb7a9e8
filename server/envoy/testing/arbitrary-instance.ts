import * as fc from "fast-check";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import { NAMESPACES, TEXTS } from "#server/envoy/testing/arbitrary-text.ts";

const ports = fc.constantFrom(80, 8080, 443, 1, 65_535);

/** A running workload that documents of random worlds may select. */
export const arbitraryInstance: fc.Arbitrary<WorkloadInstance> = fc.record({
  namespace: fc.constantFrom(...NAMESPACES),
  name: fc.constantFrom("s0-0", "s1-0", "s1-1", "gw", "a-0", "a-1", "b-0"),
  workload: fc.constantFrom("a", "b", "x".repeat(253)),
  labels: fc.dictionary(fc.constantFrom("app", "version", "istio", "no label !"), TEXTS["label-value"], { maxKeys: 3 }),
  serviceAccount: TEXTS["dns-name"],
  address: fc.constantFrom("10.0.0.1", "127.0.0.1", "::1"),
  ports: fc.uniqueArray(fc.record({ name: TEXTS["port-name"], appPort: ports, inboundPort: ports }), {
    maxLength: 3,
    selector: ({ name }) => name,
  }),
  health: fc.constantFrom("healthy", "unhealthy", "draining"),
  locality: TEXTS.locality,
  weight: fc.constantFrom(0, 1, 100, 4_294_967_295),
});
