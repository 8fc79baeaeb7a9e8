import type { CheckContext } from "#core/check/context.ts";
import type { EachCheck, Finding } from "#core/check/rule.ts";
import type { TrafficPolicy } from "#core/kinds/destination-rule/traffic-policy.ts";
import type { Port } from "#core/model/port.ts";
import type { Workload } from "#core/model/workload.ts";
import type { ResolvedRule } from "#core/resolve/destination-rule.ts";
import { selectorOf } from "#core/resolve/service.ts";
import { resolveTrafficPolicy, sourceOfTraffic } from "#core/resolve/traffic-policy.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";
import { formatPath, type Path } from "#core/schema/path.ts";

type Rule = Resource<"DestinationRule">;

/** Clients told to speak plain text to servers that take only mTLS fail, and so the other way round. */
export const mtlsConflict: EachCheck<"DestinationRule"> = {
  code: "mtls-conflict",
  kiali: "KIA0207",
  summary:
    "A DestinationRule and a PeerAuthentication disagree about mTLS of a service, port or subset: its requests fail.",
  each: (rule, context) => {
    const host = context.hosts.resolve(rule.spec.host, rule.metadata.namespace);
    const found = new Map<string, Finding>();
    if (!saysTls(rule.spec.trafficPolicy) && !(rule.spec.subsets ?? []).some((each) => saysTls(each.trafficPolicy)))
      return [];
    const { trafficPolicy, subsets = [] } = rule.spec;
    // What this rule says by itself, whatever others are put together with it.
    const said = { rules: [rule], trafficPolicy, subsets };
    for (const { name, service } of context.hosts.covered(host)) {
      const { namespace, ports } = service;
      const selector = selectorOf(service);
      if (selector === undefined) continue;
      for (const subset of [undefined, ...(rule.spec.subsets ?? [])]) {
        const servers = context.select({ ...selector, ...subset?.labels }, namespace);
        for (const port of ports) {
          const source = sourceOfTraffic(said, subset?.name ?? "", port.number, "tls");
          if (source === undefined) continue;
          const path = [...source.path, "mode"];
          if (found.has(formatPath(path))) continue;
          const finding = findClash(context, said, { rule, name, port, subset: subset?.name ?? "", servers, path });
          if (finding !== undefined) found.set(formatPath(path), finding);
        }
      }
    }
    return [...found.values()];
  },
};

function saysTls(policy: TrafficPolicy | undefined): boolean {
  return policy?.tls !== undefined || (policy?.portLevelSettings ?? []).some(({ tls }) => tls !== undefined);
}

interface Question {
  readonly rule: Rule;
  readonly name: string;
  readonly port: Port;
  readonly subset: string;
  readonly servers: readonly Workload[];
  readonly path: Path;
}

function findClash(
  { mtlsOf }: Pick<CheckContext, "mtlsOf">,
  said: ResolvedRule,
  question: Question,
): Finding | undefined {
  const { rule, name, port, subset, servers, path } = question;
  const { tls } = resolveTrafficPolicy(said, subset, port.number);
  if (tls === undefined || (tls.mode !== "ISTIO_MUTUAL" && (tls.mode ?? "DISABLE") !== "DISABLE")) return undefined;
  const wrong = tls.mode === "ISTIO_MUTUAL" ? "DISABLE" : "STRICT";
  const clash = servers
    .map((server) => mtlsOf({ ...server, port: server.ports[port.name] ?? port.targetPort ?? port.number }))
    .find(({ mode }) => mode === wrong);
  if (clash === undefined) return undefined;
  const says = clash.policy === undefined ? "the mesh's default" : formatRef(refOf(clash.policy));
  const what = `${subset === "" ? "" : `subset ${subset} of `}${name}:${port.number}`;
  return {
    severity: "error",
    resource: formatRef(refOf(rule)),
    path,
    message:
      wrong === "STRICT"
        ? `clients send plaintext to ${what}, and ${says} makes its workloads refuse it (STRICT)`
        : `clients use mTLS to ${what}, and ${says} disables it there (DISABLE)`,
    hint: "remove `tls` from the rule: proxies then use mTLS wherever the server accepts it",
  };
}
