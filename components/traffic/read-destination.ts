/** A destination as a person writes it: a host, and the name of a subset after a space. */
export function readDestination(text: string): { readonly host: string; readonly subset: string } {
  const [host = "", ...rest] = text.trim().split(/\s+/);
  return { host, subset: rest.join(" ") };
}
