/** The fields of `accessLogFormat` where it is encoded as JSON; undefined where it is no object of texts. */
export function readLogLabels(text: string): Readonly<Record<string, string>> | undefined {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof read !== "object" || read === null || Array.isArray(read)) return undefined;
  const entries = Object.entries(read).flatMap(([name, value]) =>
    typeof value === "string" ? [[name, value] as const] : [],
  );
  return entries.length === Object.keys(read).length ? Object.fromEntries(entries) : undefined;
}
