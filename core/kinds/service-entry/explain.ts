import type { ExplainedResource, ServiceQuestion } from "#core/resolve/applied-resource.ts";
import { hostsOf } from "#core/resolve/service-entries.ts";
import type { Resource } from "#core/resource/resource.ts";

export function explainServiceEntry(
  resource: Resource<"ServiceEntry">,
  { host }: ServiceQuestion,
): ExplainedResource | undefined {
  return hostsOf(resource).includes(host)
    ? { applies: true, reason: "defines the host, its ports and who answers" }
    : undefined;
}
