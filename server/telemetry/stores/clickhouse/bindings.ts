type Bound = string | number | boolean | readonly string[] | readonly number[];

/** Values of a question: they never stand in its SQL. */
export class Bindings {
  readonly values: Record<string, Bound> = {};
  #count = 0;

  /** What stands for the value: `{p1:String}`. */
  add(type: string, value: Bound): string {
    this.#count += 1;
    const name = `p${this.#count}`;
    this.values[name] = value;
    return `{${name}:${type}}`;
  }

  text(value: string): string {
    return this.add("String", value);
  }

  double(value: number): string {
    return this.add("Float64", value);
  }

  /** A whole number, rounded downwards. */
  whole(value: number): string {
    return this.add("Int64", String(BigInt(Math.floor(clamped(value)))));
  }

  /** Of rows. */
  limit(value: number): string {
    return this.add("UInt64", Math.floor(clamped(Math.max(0, value))));
  }
}

const WHOLE_MAX = Number.MAX_SAFE_INTEGER;

function clamped(value: number): number {
  return Math.max(-WHOLE_MAX, Math.min(WHOLE_MAX, value));
}
