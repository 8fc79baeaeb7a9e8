/** Security policies and destination rules; absent or empty selects every workload of the namespace. */
export interface MatchLabelsSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
}

/** Service entries. */
export interface LabelsSelector {
  readonly labels?: Readonly<Record<string, string>>;
}
