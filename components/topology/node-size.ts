import type { DisplayNode } from "#core/graph/display-graph.ts";

const LETTER_PX = 7.6;
const FIXED_PX = 70;
const CHIP_PX = 15;
const WIDTH_MIN = 168;
/** Its figures have also how many are inside. */
const NAMESPACE_WIDTH_MIN = 252;
const WIDTH_MAX = 280;
const HEIGHT = 46;

/** How large a node's card is, from its text alone: layout runs before anything is drawn, and the same name is always the same size. */
export function nodeSize({ name, version, kind }: Pick<DisplayNode, "name" | "version" | "kind">): {
  readonly width: number;
  readonly height: number;
} {
  const text = name.length * LETTER_PX + (version === null ? 0 : version.length * LETTER_PX + CHIP_PX);
  const width = Math.round(
    Math.min(WIDTH_MAX, Math.max(kind === "namespace" ? NAMESPACE_WIDTH_MIN : WIDTH_MIN, text + FIXED_PX)),
  );
  return { width, height: kind === "namespace" ? HEIGHT + 6 : HEIGHT };
}
