/** What stands in a template for a part that differs from request to request. */
export const PART = "{}";
/** Stands for all methods or paths beyond those that are told apart. */
export const OTHER = "*";

const PARTS_MAX = 12;
const PART_CHARS_MAX = 40;
/** Numbers, UUIDs, hashes, tokens with digits in them, addresses of mail, and what was escaped: names of things, not of places. */
const VALUE =
  /^(?:\d[\d.,:_-]*|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?=[a-f-]*\d)[0-9a-f-]{8,}|(?=\D*\d)[A-Za-z0-9_-]{16,}|.*[@%=].*)$/i;

/** The parts of a path, without query, with those that can be no word of an API's replaced. */
export function splitPath(path: string): string[] {
  const end = path.search(/[?#;]/);
  const parts = (end < 0 ? path : path.slice(0, end)).split("/").slice(1, PARTS_MAX + 2);
  const told = parts.map((part) => (part.length > PART_CHARS_MAX || VALUE.test(part) ? PART : part));
  return told.length > PARTS_MAX ? [...told.slice(0, PARTS_MAX), PART] : told;
}
