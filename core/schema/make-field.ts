import {
  type Description,
  type FieldType,
  type Handled,
  type Ignored,
  type Infer,
  type InferMembers,
  ITEMS_MAX,
  type JsonObject,
  type Members,
  type Refused,
} from "#core/schema/field.ts";
import type { Format } from "#core/schema/formats.ts";
import type { Unservable } from "#core/schema/unservable.ts";

/** The words that schemas are written in. Each makes plain data; what differs from it is made by `required`, `explicit` and `described`. */

const UINT32_MAX = 4_294_967_295;
const INT32_MAX = 2_147_483_647;

/** `bytesMax` is of the text in UTF-8, as protobuf and Envoy count. */
export function string(format?: Format, bytesMax?: number): Handled<string, false> {
  return handled({
    kind: "string",
    ...(format === undefined ? {} : { format }),
    ...(bytesMax === undefined ? {} : { bytesMax }),
  });
}

/** An int32 that is not negative, unless bounds say otherwise: what the proto holds is the most that a field may take. */
export function integer(min = 0, max = INT32_MAX): Handled<number, false> {
  return handled({ kind: "integer", min, max });
}

export function uint32(): Handled<number, false> {
  return integer(0, UINT32_MAX);
}

export function port(): Handled<number, false> {
  return integer(1, 65_535);
}

export function number(min: number, max: number): Handled<number, false> {
  return handled({ kind: "number", min, max });
}

export function boolean(): Handled<boolean, false> {
  return handled({ kind: "boolean" });
}

export function oneOf<const V extends string>(
  values: readonly V[],
  refusedValues: Readonly<Record<string, string>> = {},
): Handled<V, false> {
  return handled({ kind: "enum", values, refused: refusedValues, ignoresCase: false });
}

/** As `oneOf`, for what is text in Istio's API: empty, it is not set. */
export function oneOfTexts<const V extends string>(values: readonly V[]): Handled<V, false> {
  return handled({ kind: "enum", values, refused: {}, ignoresCase: false, isText: true });
}

/** As `oneOf`, for text that Istio compares without regard to case: read in upper case. */
export function oneOfInAnyCase<const V extends string>(
  values: readonly V[],
  refusedValues: Readonly<Record<string, string>> = {},
): Handled<V, false> {
  return handled({ kind: "enum", values, refused: refusedValues, ignoresCase: true });
}

export interface Choice<M extends Members> {
  readonly exactlyOneOf?: readonly (keyof M & string)[];
  readonly atMostOneOf?: readonly (keyof M & string)[];
}

export function message<const M extends Members>(
  members: M,
  choice: Choice<NoInfer<M>> = {},
): Handled<InferMembers<M>, false> {
  const { exactlyOneOf = [], atMostOneOf = [] } = choice;
  return handled({ kind: "message", members, exactlyOneOf, atMostOneOf });
}

export function list<F extends Handled>(item: F, itemsMin = 0, itemsMax?: number): Handled<readonly Infer<F>[], false> {
  return handled({ kind: "list", item, itemsMin, ...(itemsMax === undefined ? {} : { itemsMax }) });
}

export function map<F extends Handled>(
  value: F,
  keyFormat?: Format,
  sizeMax = ITEMS_MAX,
): Handled<Readonly<Record<string, Infer<F>>>, false> {
  return handled({ kind: "map", value, sizeMax, ...(keyFormat === undefined ? {} : { keyFormat }) });
}

/** An object whose fields somebody else knows: it is kept as it is written. */
export function json(): Handled<JsonObject, false> {
  return handled({ kind: "json" });
}

export function required<T>(field: Handled<T>): Handled<T, true> {
  return { ...field, isRequired: true };
}

/** See `Handled.hasPresence`. */
export function explicit<T, R extends boolean>(field: Handled<T, R>): Handled<T, R> {
  return { ...field, hasPresence: true };
}

export function described<T, R extends boolean>(field: Handled<T, R>, description: Description): Handled<T, R> {
  return { ...field, ...description };
}

/** See `Description.envoy`. */
export function becomes<T, R extends boolean>(envoy: string, field: Handled<T, R>): Handled<T, R> {
  return { ...field, envoy };
}

/** `reason` follows "… is not handled: " and says what to do instead; `unservable` is why Envoy cannot be given it, where it cannot. */
export function refused(reason: string, unservable?: Unservable): Refused {
  return { status: "refused", reason, unservable };
}

export function ignored(reason: string, unservable?: Unservable): Ignored {
  return { status: "ignored", reason, unservable };
}

function handled<T>(type: FieldType): Handled<T, false> {
  return { status: "handled", type, isRequired: false, hasPresence: false };
}
