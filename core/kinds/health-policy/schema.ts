import type { Infer } from "#core/schema/field.ts";
import { described, explicit, list, message, number, oneOf, required, string } from "#core/schema/make-field.ts";

const AT_SERVER = "none: health is judged by the control plane";
const PATTERN_MAX = 256;

const HEALTH_PROTOCOLS = ["HTTP", "GRPC", "TCP"] as const;

const TOLERANCE = message({
  code: described(string(undefined, PATTERN_MAX), {
    envoy: AT_SERVER,
    doc: "Codes that count, as a regular expression for the whole of one, in which X is any digit: 5XX, 40[34], of gRPC 14 or UNAVAILABLE, - for no answer, denied for what a policy refused",
    hint: "5XX",
  }),
  flags: described(string(undefined, PATTERN_MAX), {
    envoy: AT_SERVER,
    doc: "Envoy's response flags that count, as a regular expression for the whole of one",
    hint: "UF|UH|UO",
  }),
  protocols: described(list(oneOf(HEALTH_PROTOCOLS), 0, 3), {
    envoy: AT_SERVER,
    doc: "Whose requests count, and of which the share is; without it all of them",
  }),
  direction: described(oneOf(["Inbound", "Outbound", "Both"]), {
    envoy: AT_SERVER,
    default: "Inbound",
    doc: "Requests that come in, those that are made, or both",
  }),
  degraded: described(explicit(number(0, 100)), {
    envoy: AT_SERVER,
    unit: "percent",
    default: 0,
    doc: "From which share on it is degraded; at 0 with the first that fails",
  }),
  failure: described(required(explicit(number(0, 100))), {
    envoy: AT_SERVER,
    unit: "percent",
    doc: "From which share on it fails",
  }),
});
export type WrittenTolerance = Infer<typeof TOLERANCE>;

export const HEALTH_POLICY = message({
  rules: described(
    required(
      list(
        message({
          kind: described(oneOf(["Service", "Workload", "App"]), {
            envoy: AT_SERVER,
            doc: "Without it, all of them",
          }),
          namespace: described(string("regex", PATTERN_MAX), {
            envoy: AT_SERVER,
            doc: "In the root namespace: a regular expression for the whole name; without it all of the mesh",
          }),
          name: described(string("regex", PATTERN_MAX), {
            envoy: AT_SERVER,
            doc: "A regular expression for the whole name, of a service its short one or its host; without it, all of them",
            hint: "reviews.*",
          }),
          tolerances: described(required(list(TOLERANCE, 1, 64)), {
            envoy: AT_SERVER,
            doc: "The worst of them is its health; the defaults count no more where any is written",
          }),
        }),
        1,
        256,
      ),
    ),
    { envoy: AT_SERVER, doc: "The first that means a subject holds for it" },
  ),
});
export type HealthPolicySpec = Infer<typeof HEALTH_POLICY>;
export type HealthRule = HealthPolicySpec["rules"][number];
