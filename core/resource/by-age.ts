interface Aged {
  readonly metadata: { readonly namespace: string; readonly name: string; readonly creationTimestamp?: string };
}

/** After every time there is: what is not saved yet is the youngest. */
const UNSAVED = "~";

/** Istio decides ties by age, then by name. */
export function byAge({ metadata: a }: Aged, { metadata: b }: Aged): number {
  return (
    compare(a.creationTimestamp ?? UNSAVED, b.creationTimestamp ?? UNSAVED) ||
    compare(a.name, b.name) ||
    compare(a.namespace, b.namespace)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
