import { TYPE_URLS, type XdsType } from "#core/xds/type-urls.ts";

/** One resource that a client refused, and its words about it. */
export interface RefusedResource {
  readonly name: string;
  readonly message: string;
}

/** What is known of a response once it was refused. Each of its names is in one of the three. */
export interface Verdict {
  /** Refused for certain: the client names them. */
  readonly refused: readonly RefusedResource[];
  /** Applied for certain. */
  readonly applied: readonly string[];
  /** Applied or not: nothing says. */
  readonly doubtful: readonly string[];
  /** Whether what the response took away is gone for certain. */
  readonly isRemovalApplied: boolean;
}

/** Envoy cuts its words at 4,096 bytes: what would have been named behind them is not. */
export const ENVOY_CUT = "...(truncated)";
/** Only these are applied resource by resource, and only when the response could be read as a whole. */
const LISTS = /^Error adding\/updating (?:cluster|listener)\(s\) (.*)$/s;
/** A resource that breaks the rules of its proto is printed whole, its own name first and without indentation. */
const PRINTED = /^goo\.gle\/\S*[^\n]*\n(?:cluster_)?name: "((?:[^"\\\n]|\\.)*)"/;

/**
 * What Envoy (1.40) applied of a response that it refused; ADR 0016 has the table. Clusters and listeners are taken one by one and the
 * refused are named; of endpoints, routes, virtual hosts and secrets some may be applied, in no order, and mostly nobody is named; of a
 * response that cannot be read (the rules of the proto) nothing is.
 */
export function judgeRefusal(type: XdsType, message: string, sent: readonly string[]): Verdict {
  const text = message.trim();
  const list = type === "CDS" || type === "LDS" ? LISTS.exec(text)?.[1] : undefined;
  if (list !== undefined) {
    const refused = splitList(list, sent);
    const isWhole = refused.length > 0 && !text.endsWith(ENVOY_CUT);
    const rest = without(sent, refused);
    const applied = isWhole ? rest.filter((name) => !list.includes(name)) : [];
    const known = new Set(applied);
    return { refused, applied, doubtful: rest.filter((name) => !known.has(name)), isRemovalApplied: isWhole };
  }
  const printed = PRINTED.exec(text)?.[1];
  const refused = printed !== undefined && sent.includes(printed) ? [{ name: printed, message }] : [];
  return { refused, applied: [], doubtful: without(sent, refused), isRemovalApplied: false };
}

/** The refusal of a response that holds no more than this one resource (none: only what it takes away, or nothing at all). */
export function refusedAlone(type: XdsType, message: string, name = ""): Verdict {
  const words = name === "" ? undefined : judgeRefusal(type, message, [name]).refused[0]?.message;
  return { refused: [{ name, message: words ?? message }], applied: [], doubtful: [], isRemovalApplied: false };
}

const SHORT = new Map<string, XdsType>(Object.entries(TYPE_URLS).map(([type, url]) => [url, type as XdsType]));

/** The short name of a type URL; undefined for a type that is not served. */
export function typeOfUrl(url: string): XdsType | undefined {
  return SHORT.get(url);
}

function without(sent: readonly string[], refused: readonly RefusedResource[]): readonly string[] {
  if (refused.length === 0) return sent;
  const names = new Set(refused.map(({ name }) => name));
  return sent.filter((name) => !names.has(name));
}

/** The entries of a list, each with its own words: a name stands at its beginning, or behind the words of the one before. */
function splitList(list: string, sent: readonly string[]): RefusedResource[] {
  const places = sent
    .map((name) => ({ name, at: placeOf(list, `${name}: `) }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at);
  return places.map(({ name, at }, index) => {
    const end = places[index + 1]?.at ?? list.length;
    return { name, message: list.slice(at + name.length + 2, end).replace(/[,\s]+$/, "") };
  });
}

function placeOf(list: string, text: string): number {
  for (let at = list.indexOf(text); at >= 0; at = list.indexOf(text, at + 1))
    if (at === 0 || /[,\s]/.test(list.charAt(at - 1))) return at;
  return -1;
}
