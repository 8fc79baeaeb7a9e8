/** Names that forms offer. */
export interface Catalog {
  readonly namespaces: readonly string[];
  readonly services: readonly {
    readonly host: string;
    readonly namespace: string;
    readonly name: string;
    readonly ports: readonly { readonly name: string; readonly number: number; readonly protocol: string }[];
    /** Subsets that DestinationRules define. */
    readonly subsets: readonly string[];
    /** Values of the label `version` among the instances. */
    readonly versions: readonly string[];
    readonly labels: Readonly<Record<string, string>>;
  }[];
  readonly workloads: readonly {
    readonly namespace: string;
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly principal: string;
  }[];
  readonly principals: readonly string[];
  readonly gateways: readonly string[];
}
