const collator = new Intl.Collator("en", { numeric: true });

/** The order in which people look for names: `service-21` before `service-209`. */
export function compareNames(a: string, b: string): number {
  return collator.compare(a, b);
}
