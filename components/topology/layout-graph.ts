export interface LayoutNode {
  readonly id: string;
  /** Nodes of one group stand in one box; boxes do not overlap. */
  readonly group: string;
  readonly width: number;
  readonly height: number;
}

export interface LayoutEdge {
  readonly source: string;
  readonly target: string;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export type Positions = ReadonlyMap<string, Point>;
