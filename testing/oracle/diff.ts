import { canonical, isObject, type Json } from "#testing/oracle/json.ts";

const TEXT_MAX = 160;

/** The paths at which two values differ, with what is there on both sides. */
export function diff(ours: Json, theirs: Json, path = ""): string[] {
  if (canonical(ours) === canonical(theirs)) return [];
  if (isObject(ours) && isObject(theirs))
    return [...new Set([...Object.keys(ours), ...Object.keys(theirs)])].flatMap((key) =>
      diff(ours[key], theirs[key], `${path}.${key}`),
    );
  if (Array.isArray(ours) && Array.isArray(theirs) && ours.length === theirs.length)
    return ours.flatMap((each, index) => diff(each, theirs[index], `${path}[]`));
  return [`${path}: here ${brief(ours)}, in Istio ${brief(theirs)}`];
}

function brief(value: Json): string {
  return canonical(value).slice(0, TEXT_MAX);
}
