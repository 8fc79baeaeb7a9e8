import { type CatalogService, hostFor, subsetsOf } from "#core/form/find-service.ts";
import { evenWeights } from "#core/form/rebalance-weights.ts";
import { renderDocument } from "#core/resource/render-document.ts";

/**
 * A VirtualService that changes nothing yet: the versions there are share the traffic about as they do without one.
 * The name is one that is not taken.
 */
export function newRouting(service: CatalogService, namespace: string, takenNames: readonly string[]): string {
  const host = hostFor(service, namespace);
  const versions = subsetsOf(service);
  const weights = evenWeights(versions.length);
  const route =
    versions.length < 2
      ? [{ destination: { host } }]
      : versions.map((subset, index) => ({ destination: { host, subset }, weight: weights[index] ?? 0 }));
  return renderDocument({
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: { name: freeName(service.name, takenNames), namespace },
    spec: { hosts: [host], http: [{ route }] },
  });
}

/** `reviews`, or `reviews-2` when that is taken. */
export function freeName(wanted: string, taken: readonly string[]): string {
  const name =
    wanted
      .toLowerCase()
      .replaceAll(/[^a-z0-9.-]+/g, "-")
      .replaceAll(/^[.-]+|[.-]+$/g, "") || "new";
  if (!taken.includes(name)) return name;
  for (let count = 2; ; count += 1) if (!taken.includes(`${name}-${count}`)) return `${name}-${count}`;
}
