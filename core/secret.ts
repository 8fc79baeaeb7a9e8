const REDACTED = "[redacted]";
const values = new WeakMap<Secret<unknown>, unknown>();

/** A value that cannot be printed: JSON, string and inspect all say `[redacted]`. `reveal` is the only way to it. */
export class Secret<T> {
  constructor(value: T) {
    values.set(this, value);
  }

  reveal(): T {
    return values.get(this) as T;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return REDACTED;
  }
}
