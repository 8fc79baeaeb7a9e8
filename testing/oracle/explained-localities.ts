import type { Explained } from "#testing/oracle/explained-difference.ts";

/** Callers that prefer otherwise on purpose. */
export const EXPLAINED_LOCALITIES: readonly Explained[] = [
  {
    area: "localities",
    why: "endpoints that are looked up are held against labels as all others are",
    what: /^(?:sidecar|router) \."h\d\.example\.com"\.(?:priority|share): /,
    text: /resolution: DNS[\s\S]*failoverPriority:/,
  },
  {
    area: "localities",
    why: "a label that stands twice in failoverPriority means each time what is written there",
    what: /^(?:sidecar|router) \."10\.0\.0\.\d"\.(?:priority|share): /,
    text: /- version\n[\s\S]*- version=v2\n|- version=v2\n[\s\S]*- version\n|- app\n[\s\S]*- app=x\n|- app=x\n[\s\S]*- app\n/,
  },
];
