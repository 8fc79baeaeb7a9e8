/** A request that was let through, and costs more the longer it lasts or has a place until it ends: it outlives the agent that let it through. */
export interface StreamEntry {
  /** Of each bucket that it is charged to, what it was let through for. */
  readonly costs: readonly (readonly [key: string, cost: number])[];
  /** How far it has come, which is charged. */
  readonly status: number;
  readonly bytes: number;
  /** That it has ended is known from the log, and was to be told besides. */
  readonly isOver?: boolean;
}

/** With `costs` it has begun, with `bytes` it has come so far, and else it has ended. */
export interface StreamLine extends Partial<StreamEntry> {
  /** As Envoy was told. */
  readonly id: string;
}

export function applyStreamLine(streams: Map<string, StreamEntry>, line: StreamLine): void {
  const { id, costs, status = 0, bytes, isOver = false } = line;
  const known = streams.get(id);
  const over = isOver ? { isOver } : {};
  if (costs !== undefined) streams.set(id, { costs, status, bytes: bytes ?? 0, ...over });
  else if (bytes === undefined) streams.delete(id);
  else if (known !== undefined) streams.set(id, { ...known, status, bytes, ...over });
}

/** Undefined for what is no such line. */
export function readStreamLine(read: object): StreamLine | undefined {
  const { id, costs, status, bytes, isOver = false } = read as Readonly<Record<keyof StreamLine, unknown>>;
  if (typeof id !== "string" || typeof isOver !== "boolean") return undefined;
  if (![status, bytes].every((each) => each === undefined || Number.isFinite(each))) return undefined;
  return costs === undefined || (Array.isArray(costs) && costs.every(isCost)) ? (read as StreamLine) : undefined;
}

const isCost = (read: unknown): boolean =>
  Array.isArray(read) && read.length === 2 && typeof read[0] === "string" && Number.isFinite(read[1]);
