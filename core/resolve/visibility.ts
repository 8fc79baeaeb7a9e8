/** Whether a resource of `ownNamespace` is seen in another: absent `exportTo` means everywhere, `.` its own, `~` nowhere. */
export function isVisible(
  exportTo: readonly string[] | undefined,
  ownNamespace: string,
  fromNamespace: string,
): boolean {
  if (exportTo === undefined || exportTo.length === 0) return true;
  return exportTo.some(
    (scope) => scope === "*" || scope === fromNamespace || (scope === "." && ownNamespace === fromNamespace),
  );
}

const SCOPES = ["*", ".", "~"];

/** Namespaces that see these differently, each once: those that they are in or name, and one that stands for all others. */
export function standingNamespaces(
  all: readonly { readonly namespace: string; readonly exportTo?: readonly string[] | undefined }[],
): readonly string[] {
  const named = all.flatMap(({ namespace, exportTo = [] }) => [namespace, ...exportTo]);
  return [...new Set([...named.filter((each) => !SCOPES.includes(each)), ""])];
}
