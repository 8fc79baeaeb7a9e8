import type { CheckRule } from "#core/check/rule.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";

/** Two ServiceEntries with the same host and port: whose endpoints a caller gets is decided by age. */
export const duplicateService: CheckRule = {
  code: "duplicate-service",
  kiali: "KIA1211",
  summary: "Two ServiceEntries of one namespace describe the same host and port.",
  check({ of, hosts }) {
    const seen = new Map<string, string>();
    return of("ServiceEntry").flatMap((resource) => {
      const ref = formatRef(refOf(resource));
      return resource.spec.hosts.flatMap((host, index) => {
        const name = hosts.resolve(host, resource.metadata.namespace);
        const clashes = (resource.spec.ports ?? []).flatMap((port) => {
          const key = `${resource.metadata.namespace} ${name}:${port.number}`;
          const other = seen.get(key);
          if (other === undefined) seen.set(key, ref);
          return other === undefined || other === ref ? [] : [{ other, port: port.number }];
        });
        return clashes.map(({ other, port }) => ({
          severity: "warning" as const,
          resource: ref,
          path: `spec.hosts[${index}]`,
          message: `${other} already describes ${name} on port ${port}`,
          hint: "keep one of them",
        }));
      });
    });
  },
};
