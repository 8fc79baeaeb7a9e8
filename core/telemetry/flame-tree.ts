import { selfTimes } from "#core/telemetry/self-times.ts";
import { spanGroup, spanTitle } from "#core/telemetry/span-title.ts";
import type { SpanNode } from "#core/telemetry/span-tree.ts";

/** Spans of one service and operation under the same ones, as one. */
export interface FlameNode {
  /** What it is told from its siblings by. */
  readonly key: string;
  readonly service: string;
  /** Of the first of them. */
  readonly title: string;
  readonly depth: number;
  readonly count: number;
  readonly errors: number;
  readonly durationMs: number;
  /** At work itself. */
  readonly selfMs: number;
  /** With all below: what runs at once is counted for each. */
  readonly totalMs: number;
  readonly children: ReadonlyMap<string, FlameNode>;
}

type Building = { -readonly [K in Exclude<keyof FlameNode, "children">]: FlameNode[K] } & {
  children: Map<string, Building>;
};

/** Where the time of a trace went: its tree with equal spans summed. The root stands for the trace itself. */
export function flameTree(nodes: readonly SpanNode[]): FlameNode {
  const selfs = selfTimes(nodes);
  const root = make("", "", "", -1);
  const made: { readonly node: Building; readonly above: Building }[] = [];
  const of: Building[] = [];
  for (const [at, { span, parent, isFailed }] of nodes.entries()) {
    const above = (parent === undefined ? undefined : of[parent]) ?? root;
    const key = JSON.stringify([span.service, span.kind, spanGroup(span)]);
    let node = above.children.get(key);
    if (node === undefined) {
      node = make(key, span.service, spanTitle(span), above.depth + 1);
      above.children.set(key, node);
      made.push({ node, above });
    }
    of.push(node);
    node.count += 1;
    node.errors += isFailed ? 1 : 0;
    node.durationMs += span.durationMs;
    node.selfMs += selfs[at] ?? 0;
    node.totalMs += selfs[at] ?? 0;
  }
  // Whatever is below was made after what is above it.
  for (const { node, above } of made.toReversed()) above.totalMs += node.totalMs;
  return root;
}

function make(key: string, service: string, title: string, depth: number): Building {
  return { key, service, title, depth, count: 0, errors: 0, durationMs: 0, selfMs: 0, totalMs: 0, children: new Map() };
}
