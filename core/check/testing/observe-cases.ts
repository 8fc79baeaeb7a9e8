import { type FoundCase, REVIEWS, type SilentCases } from "#core/check/testing/check.ts";

const policy = (namespace: string): string => `apiVersion: observe.pharos.dev/v1
kind: HealthPolicy
metadata: { name: p, namespace: ${namespace} }
spec: { rules: [{ namespace: shop, tolerances: [{ code: 5XX, failure: 10 }] }] }
`;
const objective = `apiVersion: observe.pharos.dev/v1
kind: Objective
metadata: { name: o }
spec: { service: reviews, availability: {}, target: 99, window: { rolling: 24h } }
`;
const rated = (rate: string): string =>
  REVIEWS.replace(/metadata: \{ /, `metadata: { annotations: { health.kiali.io/rate: "${rate}" }, `);

/** What is found on resources that say what is looked at. */
export const OBSERVE_CASES: readonly FoundCase[] = [
  [
    "a rule for a namespace that its policy does not reach",
    [policy("default")],
    ["warning health-rule-elsewhere HealthPolicy/default/p spec.rules[0].namespace"],
  ],
  ["an objective of nobody", [objective], ["warning objective-target-not-found Objective/default/o spec.service"]],
  [
    "an annotation that cannot be read",
    [rated("5XX,10,http")],
    ['warning health-annotation ServiceEntry/default/reviews metadata.annotations["health.kiali.io/rate"]'],
  ],
];

export const SILENT_OBSERVE: SilentCases = {
  "health-annotation": [["one that can be read", [rated("5XX,0,10,http,inbound")]]],
  "objective-target-not-found": [["a service that is there", [REVIEWS, objective]]],
  "health-rule-elsewhere": [["a rule in the root namespace", [policy("istio-system")]]],
};
