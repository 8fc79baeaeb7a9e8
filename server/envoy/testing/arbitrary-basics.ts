import * as fc from "fast-check";

export type Json = Record<string, unknown>;

export const some = <T>(arbitrary: fc.Arbitrary<T>, weight = 1): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, { weight, arbitrary });
export const list = <T>(arbitrary: fc.Arbitrary<T>, max: number, min = 0): fc.Arbitrary<T[]> =>
  fc.array(arbitrary, { minLength: min, maxLength: max });
/** Without what is undefined. */
export const record = (model: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Json> =>
  fc.record(model).map((all) => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)));

export const dictionary = <T>(
  keys: fc.Arbitrary<string>,
  values: fc.Arbitrary<T>,
  limits: { minKeys?: number; maxKeys: number },
): fc.Arbitrary<Record<string, T>> => fc.dictionary(keys, values, { ...limits, noNullPrototype: true });

export const PATHS = ["/", "/a", "/a/b", "/a/", "/A", "/ab", "/b", "/a/b/c", "/api/v1"] as const;
export const REGEXES = [
  "/a.*",
  "/[ab]",
  ".*",
  "/a/[^/]+",
  "/(a|b)/?",
  "/api/v\\d+",
  "/a(/b)?",
  "[^x]+",
  "(?i)/a",
] as const;
export const USERS = ["jason", "j", "ann", "", "jason,ann"] as const;
export const HEADERS = ["x-user", "x-b", "cookie", "x-missing"] as const;
export const METHODS = ["GET", "POST", "PUT", "DELETE", "OPTIONS"] as const;
export const ORIGINS = ["http://a.example.com", "https://b.example.com"] as const;
