import type { TraceSpan } from "#core/telemetry/trace.ts";

/** What says of a resource which namespace it is in, by OpenTelemetry, Kubernetes and Istio. */
export const NAMESPACE_ATTRIBUTES = ["service.namespace", "k8s.namespace.name", "istio.namespace"] as const;

/**
 * Whether a span is of a service that is called `app` or `app.namespace`. Proxies' spans are of `app.namespace`, applications' of `app`
 * with the namespace beside it: either name finds both.
 */
export function isOfService({ service, resource }: Pick<TraceSpan, "service" | "resource">, wanted: string): boolean {
  if (service === wanted || service.startsWith(`${wanted}.`)) return true;
  const parted = partService(wanted);
  return (
    parted !== undefined &&
    service === parted.app &&
    NAMESPACE_ATTRIBUTES.some((name) => Object.hasOwn(resource, name) && resource[name] === parted.namespace)
  );
}

/** `app.namespace`; undefined where there is no dot. */
export function partService(name: string): { readonly app: string; readonly namespace: string } | undefined {
  const dot = name.lastIndexOf(".");
  return dot < 1 || dot === name.length - 1 ? undefined : { app: name.slice(0, dot), namespace: name.slice(dot + 1) };
}
