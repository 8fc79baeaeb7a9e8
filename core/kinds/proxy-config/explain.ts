import { describeStart } from "#core/kinds/proxy-config/effect.ts";
import type { ExplainedResource, ServiceQuestion } from "#core/resolve/applied-resource.ts";
import { findSpeaking } from "#core/resolve/speaking.ts";
import type { Resource } from "#core/resource/resource.ts";

/** What the proxies of a service are started with; undefined where it is for none of them. */
export function explainProxyConfig(
  resource: Resource<"ProxyConfig">,
  { reader, running, waiting }: ServiceQuestion,
): ExplainedResource | undefined {
  const workloads = [...running, ...waiting];
  const reached = workloads.filter(
    (workload) => Object.keys(findSpeaking([resource], workload, reader.policyScope)).length > 0,
  ).length;
  const said = describeStart(resource.spec);
  if (reached === 0 || said === "") return undefined;
  const whose = `${reached === workloads.length ? "all" : `${reached} of ${workloads.length}`} of its workloads`;
  return { applies: true, reason: `${said}; for the proxies of ${whose}, from their next start on` };
}
