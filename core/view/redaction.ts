/** Which headers of tapped requests stay on their hosts. */
export interface RedactionView {
  /** Whatever is set. */
  readonly always: readonly string[];
  /** In which RequestAuthentications look for tokens or hand claims on. */
  readonly ofTokens: readonly string[];
  /** As set; "*" stands for anything. */
  readonly patterns: readonly string[];
  readonly defaults: readonly string[];
}
