import type { ExplainedResource, ServiceQuestion } from "#core/resolve/applied-resource.ts";
import type { Resource } from "#core/resource/resource.ts";
import { declareService } from "#core/sources/declare-service.ts";

export function explainServiceEntry(
  resource: Resource<"ServiceEntry">,
  { host }: ServiceQuestion,
): ExplainedResource | undefined {
  return declareService(resource)?.hosts.includes(host) === true
    ? { applies: true, reason: "defines the host, its ports and who answers" }
    : undefined;
}
