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
