/** One of `egress[].hosts`: which hosts of which namespaces callers may call, or must not. */
export interface ImportedHost {
  /** `*`, `.` or a namespace; undefined: none. */
  readonly namespace: string | undefined;
  /** As written, in any case; `*` is all. */
  readonly host: string;
  /** It is taken out of what others name. */
  readonly isExcluded: boolean;
}

/** `NAMESPACE/HOST`; undefined where no namespace is before the host. */
export function parseImportedHost(text: string): ImportedHost | undefined {
  const slash = text.indexOf("/");
  if (slash < 0) return undefined;
  const [written, host] = [text.slice(0, slash), text.slice(slash + 1)];
  if (written === "~") return { namespace: undefined, host, isExcluded: false };
  const isExcluded = written.startsWith("~");
  return { namespace: isExcluded ? written.slice(1) : written, host, isExcluded };
}
