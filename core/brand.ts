declare const brand: unique symbol;

/** A type that only its parser makes: `Brand<string, "SpiffeId">` is a string that was checked. */
export type Brand<T, B extends string> = T & { readonly [brand]: B };

/** Ends a `switch` over a closed union: a new member fails to compile here. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value ${JSON.stringify(value)}`);
}
