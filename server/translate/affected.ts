/** What a change touches; everything else stays as it was built. */
export interface Affected {
  readonly hosts: Set<string>;
  /** Namespaces whose workloads' inbound side may differ; "*" for all. */
  readonly inbound: Set<string>;
  /** `namespace/name` of instances that changed. */
  readonly instances: Set<string>;
  gateways: boolean;
}

/** What a change touched, before it is known what else that bears on. */
export interface Touched extends Affected {
  /** Hosts and patterns that were defined, ruled or routed anew. */
  readonly names: Set<string>;
  /** Namespaces whose endpoints say otherwise than before whether they take mTLS; "*" for all. */
  readonly endpointsOf: Set<string>;
}
