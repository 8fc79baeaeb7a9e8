import type { CheckRule } from "#core/check/rule.ts";
import { resolveMtlsMode } from "#core/resolve/mtls-mode.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";

/** Clients told to speak plain text to servers that take only mTLS fail, and so the other way round. */
export const mtlsConflict: CheckRule = {
  code: "mtls-conflict",
  kiali: "KIA0207",
  summary: "A DestinationRule and a PeerAuthentication disagree about mTLS: every request fails.",
  check(context) {
    const { of, hosts, snapshot } = context;
    const policies = of("PeerAuthentication");
    return of("DestinationRule").flatMap((resource) => {
      const mode = resource.spec.trafficPolicy?.tls?.mode;
      if (mode !== "DISABLE" && mode !== "ISTIO_MUTUAL") return [];
      const name = hosts.resolve(resource.spec.host, resource.metadata.namespace);
      const entry = hosts.find(name);
      const selector = entry?.spec.workloadSelector?.labels;
      if (entry === undefined || selector === undefined) return [];
      const servers = context.select(selector, entry.metadata.namespace);
      const wrong = mode === "DISABLE" ? "STRICT" : "DISABLE";
      const clash = servers
        .map((server) => resolveMtlsMode(policies, snapshot.mesh.rootNamespace, server))
        .find((server) => server.mode === wrong);
      if (clash === undefined) return [];
      const says = clash.policy === undefined ? "the mesh's default" : formatRef(refOf(clash.policy));
      const message =
        mode === "DISABLE"
          ? `clients are told to send plain text to ${name}, and ${says} has its workloads refuse it (STRICT)`
          : `clients are told to use mTLS to ${name}, and ${says} switches it off there (DISABLE)`;
      return [
        {
          severity: "error" as const,
          resource: formatRef(refOf(resource)),
          path: "spec.trafficPolicy.tls.mode",
          message,
          hint: "remove `tls` from the rule: proxies then use mTLS wherever the other side takes it",
        },
      ];
    });
  },
};
