import { policyTargetFound } from "#core/kinds/authorization-policy/checks/policy-target-found.ts";
import type { KindRelations } from "#core/kinds/kind-relations.ts";
import { severalTelemetries } from "#core/kinds/telemetry/checks/several-telemetries.ts";
import { telemetryProvider } from "#core/kinds/telemetry/checks/telemetry-provider.ts";
import { explainTelemetry } from "#core/kinds/telemetry/explain.ts";
import { NOT_CONCERNED } from "#core/traffic/concern.ts";

export const telemetryRelations: KindRelations<"Telemetry"> = {
  checks: [policyTargetFound, severalTelemetries, telemetryProvider],
  explain: explainTelemetry,
  concern: () => ({ basis: "nothing: requests go as they did", of: () => NOT_CONCERNED }),
};
