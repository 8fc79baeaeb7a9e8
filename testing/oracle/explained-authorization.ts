import type { Explained } from "#testing/oracle/explained-difference.ts";

/** Callers who are let in or refused otherwise on purpose. */
export const EXPLAINED_AUTHORIZATION: readonly Explained[] = [
  {
    area: "authorization",
    why: "a pattern of principals that names a trust domain of the mesh is for its aliases too",
    what: /^(?:HTTP|TCP): (?:let in|refused)(?: and noted)?(?: when asked \w+(?:, \w+)*)? here, (?:let in|refused)(?: and noted)?(?: when asked \w+(?:, \w+)*)? in Istio$/,
    where: /"uri":"spiffe:\/\/other\.org\//,
    text: /- cluster\.local\/(?:ns\/prod\/)?\*$/m,
  },
];
