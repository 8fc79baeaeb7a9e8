import { MODULE, PLACING, PLUGIN_PHASE } from "#core/kinds/traffic-extension/schema.ts";
import { message, refused } from "#core/schema/make-field.ts";

export const WASM_PLUGIN = message({
  ...PLACING,
  targetRef: refused("choose workloads with `selector`"),
  phase: PLUGIN_PHASE,
  ...MODULE,
});
