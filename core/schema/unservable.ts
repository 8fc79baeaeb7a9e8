/** Why stock Envoy cannot be given what a field of Istio's says, whoever steers it; what is refused without one of these is open. */
export const UNSERVABLE = {
  "no-effect": "Istio does not look at it, or refuses it too",
  kubernetes: "it is about objects of Kubernetes, or of the Gateway API, or about waypoints",
  "istios-envoy": "it is of filters that Istio's own build of Envoy has",
  "not-in-envoy": "Envoy 1.40 has no such exporter, or only in builds with contributed extensions",
  cloud: "it tells a vendor's cloud",
  process: "it is about Istio's own programs and how they are started, and nothing that Envoy is given",
} as const;
export type Unservable = keyof typeof UNSERVABLE;
