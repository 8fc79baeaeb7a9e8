import { described, explicit, integer } from "#core/schema/make-field.ts";

/** Of a ProxyConfig, and in the MeshConfig for all. */
export const CONCURRENCY = described(explicit(integer()), {
  envoy: "none: --concurrency from Envoy's next start on",
  doc: "Worker threads of a proxy; 0 as many as its host has processors, and never more; `concurrency` of its agent's own file wins",
  note: "1 without it",
});
