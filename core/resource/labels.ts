export type Labels = Readonly<Record<string, string>>;

/** True when every label of the selector is there; an empty selector takes all. */
export function matchesLabels(labels: Labels, selector: Labels | undefined): boolean {
  return Object.entries(selector ?? {}).every(([key, value]) => labels[key] === value);
}
