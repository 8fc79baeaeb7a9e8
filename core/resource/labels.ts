export type Labels = Readonly<Record<string, string>>;

/** True when every label of the selector is there; an empty selector takes all. */
export function matchesLabels(labels: Labels, selector: Labels | undefined): boolean {
  return Object.entries(selector ?? {}).every(([key, value]) => labels[key] === value);
}

/** Each as `key=value`, as people write labels. */
export function writeLabels(labels: Labels | undefined): string[] {
  return Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
}
