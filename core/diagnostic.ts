/** What the user got wrong, as data: never thrown, always pointing at the place. */
export interface Diagnostic {
  readonly severity: "error" | "warning" | "info";
  /** Stable, kebab case: "unknown-field", "field-not-handled", "weight-sum", "envoy-refused". */
  readonly code: string;
  /** `VirtualService/default/reviews`; absent when the document could not be read that far. */
  readonly resource?: string;
  /** `spec.http[0].route[1].weight`. */
  readonly path?: string;
  /** Lower case; names the thing that is wrong. */
  readonly message: string;
  /** The next step. */
  readonly hint?: string;
  /** Where it stands, 1-based, in the text that was given. */
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === "error");
}
