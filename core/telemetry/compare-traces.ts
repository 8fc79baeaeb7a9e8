import { type FlameNode, flameTree } from "#core/telemetry/flame-tree.ts";
import { spanTree } from "#core/telemetry/span-tree.ts";
import type { Trace } from "#core/telemetry/trace.ts";

type Figures = Pick<FlameNode, "count" | "errors" | "durationMs" | "selfMs">;

/** Spans of one service and operation at the same place of two traces; undefined where one has none. */
export interface ComparedSpans {
  /** Where it is, through all above it. */
  readonly path: string;
  readonly service: string;
  readonly title: string;
  readonly depth: number;
  readonly before: Figures | undefined;
  readonly after: Figures | undefined;
}

/** The trees of two traces as one, each place with what both have there. */
export function compareTraces(before: Trace, after: Trace): readonly ComparedSpans[] {
  const rows: ComparedSpans[] = [];
  type Pair = { readonly path: string; readonly before: FlameNode | undefined; readonly after: FlameNode | undefined };
  const below = ({ path, before: a, after: b }: Pair): Pair[] =>
    [...new Set([...(a?.children.keys() ?? []), ...(b?.children.keys() ?? [])])].map((key, index) => ({
      path: `${path}/${index}`,
      before: a?.children.get(key),
      after: b?.children.get(key),
    }));
  const waiting = below({
    path: "",
    before: flameTree(spanTree(before.spans)),
    after: flameTree(spanTree(after.spans)),
  }).toReversed();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { service, title, depth } = next.before ?? next.after ?? NOWHERE;
    rows.push({ path: next.path, service, title, depth, before: figuresOf(next.before), after: figuresOf(next.after) });
    waiting.push(...below(next).toReversed());
  }
  return rows;
}

const NOWHERE = { service: "", title: "", depth: 0 };

function figuresOf(node: FlameNode | undefined): Figures | undefined {
  if (node === undefined) return undefined;
  const { count, errors, durationMs, selfMs } = node;
  return { count, errors, durationMs, selfMs };
}
