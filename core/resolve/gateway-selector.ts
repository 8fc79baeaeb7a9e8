import type { Labels } from "#core/resource/labels.ts";
import type { Resource } from "#core/resource/resource.ts";

/** Labels of the workloads that serve a Gateway, in whichever namespace; none: every gateway does. */
export function gatewaySelector({ spec }: Resource<"Gateway">): Labels {
  return spec.selector ?? {};
}
