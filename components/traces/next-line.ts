import type { WaterfallRow } from "#components/traces/build-waterfall.ts";

/** What a key does at a line of the tree. */
export type TreeStep =
  | { readonly kind: "focus"; readonly index: number }
  | { readonly kind: "toggle"; readonly spanId: string; readonly isCollapsed: boolean }
  | { readonly kind: "select"; readonly spanId: string };

/** The keys of a tree, as WAI-ARIA has them; undefined for all others. */
export function nextLine(rows: readonly WaterfallRow[], index: number, key: string): TreeStep | undefined {
  const row = rows[index];
  if (row === undefined) return undefined;
  const { spanId } = row.span;
  const focus = (at: number): TreeStep => ({ kind: "focus", index: Math.min(rows.length - 1, Math.max(0, at)) });
  switch (key) {
    case "ArrowDown":
      return focus(index + 1);
    case "ArrowUp":
      return focus(index - 1);
    case "Home":
      return focus(0);
    case "End":
      return focus(rows.length - 1);
    case "ArrowRight":
      if (row.isCollapsed) return { kind: "toggle", spanId, isCollapsed: false };
      return focus(row.hasChildren ? index + 1 : index);
    case "ArrowLeft":
      if (row.hasChildren && !row.isCollapsed) return { kind: "toggle", spanId, isCollapsed: true };
      return focus(rows.slice(0, index).findLastIndex(({ depth }) => depth < row.depth));
    case "Enter":
    case " ":
      return { kind: "select", spanId };
    default:
      return undefined;
  }
}
