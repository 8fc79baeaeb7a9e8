import {
  DIMENSION_NAMES,
  DIMENSIONS,
  type DimensionName,
  type TrafficKey,
  type WireLabels,
} from "#core/telemetry/dimensions.ts";
import { TextPool } from "#core/telemetry/text-pool.ts";

type Value = string | number | boolean;

/** Has every label, in their order: V8 reads its copies by place, and an object that has them added one by one as a hash table, far slower. */
const UNLABELLED = Object.fromEntries(DIMENSION_NAMES.map((name) => [name, ""])) as Record<DimensionName, Value>;

/** A key of which each label is what `labelOf` says. */
export function makeKey(labelOf: (name: DimensionName) => Value): TrafficKey {
  const key = { ...UNLABELLED };
  for (const name of DIMENSION_NAMES) key[name] = labelOf(name);
  return key as unknown as TrafficKey;
}

const TEXTS = new TextPool();

/** A key to be kept: what is equal to a label of another one is the same text. */
export function keptKey(labelOf: (name: DimensionName) => Value): TrafficKey {
  return makeKey((name) => {
    const label = labelOf(name);
    return typeof label === "string" ? TEXTS.one(label) : label;
  });
}

/** Equal for equal keys. Separated by a byte that no label holds: agents' labels come from JSON text or headers. */
export function textOfKey(key: TrafficKey): string {
  let text = "";
  for (const name of DIMENSION_NAMES) text += `${key[name]}\u0000`;
  return text;
}

/** Of which nothing is known. */
export const NOBODY: TrafficKey = makeKey((name) => DIMENSIONS[name].nobody);

/**
 * What is left of a key: in the bucket of a reporter with more of them than it may ("overflow"), or of one told by an instance that is
 * not registered: the certificate's end stays, and nobody's figures change by the other.
 */
export function remainderOf(key: TrafficKey, why: "overflow" | "unregistered"): TrafficKey {
  const own = key.reporter === "source" ? "source" : "destination";
  return makeKey((name) => {
    const { end, nobody, [why]: rule } = DIMENSIONS[name];
    if (typeof rule === "function") return (rule as (value: Value) => Value)(key[name]);
    return rule === "keep" || (rule === "own" && end === own) ? key[name] : nobody;
  });
}

/** Who counted it, by its certificate: its side of every key is stamped with that. */
export function ownerOf({ reporter, sourcePrincipal, destinationPrincipal }: TrafficKey): string {
  return reporter === "source" ? sourcePrincipal : destinationPrincipal;
}

/** A window's labels as its agent says them, unchecked. `window` has the fields that the dimensions' `wire` names. */
export function keyOfWire(window: Readonly<Record<string, unknown>>): TrafficKey {
  return makeKey((name) => window[DIMENSIONS[name].wire] as Value);
}

/** A key as an agent's window says it. */
export function wireOfKey(key: TrafficKey): WireLabels {
  const labels: Partial<Record<keyof WireLabels, Value>> = {};
  for (const name of DIMENSION_NAMES) labels[DIMENSIONS[name].wire] = key[name];
  return labels as WireLabels;
}

/** The same for what has only some of the labels, by the names of the wire, and says other things besides: these stay. */
export function remainderOfWire<T extends { readonly reporter: string }>(told: T, why: "overflow" | "unregistered"): T {
  const rest = wireOfKey(remainderOf(keyOfWire({ ...wireOfKey(NOBODY), ...told }), why));
  return { ...told, ...Object.fromEntries(Object.entries(rest).filter(([field]) => field in told)) };
}
