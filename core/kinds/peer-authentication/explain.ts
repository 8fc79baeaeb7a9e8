import type { ExplainedResource, ServiceQuestion } from "#core/resolve/applied-resource.ts";
import { explainPolicyReach } from "#core/resolve/explain-policy-reach.ts";
import type { Resource } from "#core/resource/resource.ts";

export function explainPeerAuthentication(
  resource: Resource<"PeerAuthentication">,
  question: ServiceQuestion,
): ExplainedResource | undefined {
  return explainPolicyReach(resource, `mTLS ${resource.spec.mtls?.mode ?? "UNSET"}`, question);
}
