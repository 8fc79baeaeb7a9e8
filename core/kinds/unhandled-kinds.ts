export interface UnhandledKind {
  readonly group: string;
  readonly plural: string;
  readonly versions: readonly string[];
  /** Follows "… is not handled: " and says what to do instead. */
  readonly reason: string;
}

/** Kinds of Istio that are known and not read: all are read. A later Istio may bring others. Their fields are in `unhandled-fields.ts`. */
export const UNHANDLED_KINDS: Readonly<Record<string, UnhandledKind>> = {};

/** Undefined where the text names no such kind. */
export function unhandledKind(text: string): UnhandledKind | undefined {
  return Object.hasOwn(UNHANDLED_KINDS, text) ? UNHANDLED_KINDS[text] : undefined;
}
