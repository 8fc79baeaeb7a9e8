/** One of `egress[].hosts`: which hosts of which namespaces callers may call, or must not. */
export interface ImportedHost {
  /** `*`, `.` or a namespace; undefined: none. */
  readonly namespace: string | undefined;
  /** In lower case; `*` is all. */
  readonly host: string;
  /** It is taken out of what others name. */
  readonly isExcluded: boolean;
}

/** `NAMESPACE/HOST`; undefined for what is no such text. */
export function parseImportedHost(text: string): ImportedHost | undefined {
  const slash = text.indexOf("/");
  if (slash < 0 || text.includes("/", slash + 1)) return undefined;
  const [written, host] = [text.slice(0, slash), text.slice(slash + 1).toLowerCase()];
  if (written === "~") return { namespace: undefined, host, isExcluded: false };
  const isExcluded = written.startsWith("~");
  return { namespace: isExcluded ? written.slice(1) : written, host, isExcluded };
}
