/** JSON as it came; the accessors below read it without believing in its shape. */
export type Json = string | number | boolean | null | undefined | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

export function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What is at the path; undefined where anything on the way is missing. */
export function at(value: Json, ...path: readonly (string | number)[]): Json {
  let found: Json = value;
  for (const step of path) {
    if (Array.isArray(found)) found = found[Number(step)];
    else if (isObject(found)) found = found[step];
    else return undefined;
  }
  return found ?? undefined;
}

export function listAt(value: Json, ...path: readonly (string | number)[]): readonly Json[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

export function textAt(value: Json, ...path: readonly (string | number)[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === "string" ? found : undefined;
}

/** 64-bit numbers are texts in proto3's JSON. */
export function numberAt(value: Json, ...path: readonly (string | number)[]): number | undefined {
  const found = at(value, ...path);
  return found === undefined || Array.isArray(found) || Number.isNaN(Number(found)) ? undefined : Number(found);
}

export function entriesAt(value: Json, ...path: readonly (string | number)[]): readonly (readonly [string, Json])[] {
  const found = at(value, ...path);
  return isObject(found) ? Object.entries(found) : [];
}

/** An object without these members; what is no object has none. */
export function omit(value: Json, ...names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(isObject(value) ? value : {}).filter(([name]) => !names.includes(name)));
}

/** The same for values that mean the same: keys are sorted, and what is undefined is left out. */
export function canonical(value: Json): string {
  return JSON.stringify(sorted(value)) ?? "undefined";
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, each]) => [key, sorted(each)]));
}
