import { policyTargetFound } from "#core/kinds/authorization-policy/checks/policy-target-found.ts";
import type { KindRelations } from "#core/kinds/kind-relations.ts";
import { concernByExtension } from "#core/kinds/traffic-extension/concern.ts";
import { explainExtension } from "#core/kinds/traffic-extension/explain.ts";
import { versionsOf } from "#core/traffic/concern.ts";

export const wasmPluginRelations: KindRelations<"WasmPlugin"> = {
  checks: [policyTargetFound],
  explain: explainExtension,
  concern: (change, context) => concernByExtension(versionsOf(change), context),
};
