/** Where a path begins: `$` at the whole, `@` (or nothing) at what the innermost range is at. */
export interface Path {
  readonly from: "whole" | "current";
  /** RFC 9535, beginning with `$`. */
  readonly query: string;
}

export type Part =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "path"; readonly path: Path }
  | { readonly kind: "range"; readonly path: Path; readonly parts: readonly Part[] };

/** An expression of `-o jsonpath=`, parsed. */
export interface Template {
  readonly kind: "jsonpath";
  readonly parts: readonly Part[];
}
