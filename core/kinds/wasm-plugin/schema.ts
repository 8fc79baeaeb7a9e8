import { POLICY_TARGETS } from "#core/kinds/policy-target.ts";
import { MODULE, PLACING, PLUGIN_PHASE } from "#core/kinds/traffic-extension/schema.ts";
import { message } from "#core/schema/make-field.ts";

export const WASM_PLUGIN = message({
  ...PLACING,
  targetRef: POLICY_TARGETS.targetRef,
  phase: PLUGIN_PHASE,
  ...MODULE,
});
