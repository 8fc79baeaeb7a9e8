import type { Format } from "#core/schema/formats.ts";
import type { Unservable } from "#core/schema/unservable.ts";

/** The members of a message by name, in the order of the reference. */
export type Members = Readonly<Record<string, Field>>;

/** What a value may be; a schema is a tree of these. */
export type FieldType =
  | { readonly kind: "string"; readonly format?: Format; readonly bytesMax?: number }
  | { readonly kind: "integer"; readonly min: number; readonly max: number }
  | { readonly kind: "number"; readonly min: number; readonly max: number }
  | { readonly kind: "boolean" }
  | {
      readonly kind: "enum";
      readonly values: readonly string[];
      /** Values that Istio knows, each with the reason why it is not handled. */
      readonly refused: Readonly<Record<string, string>>;
      /** `http` is read as HTTP. */
      readonly ignoresCase: boolean;
      /** Text in Istio's API, and no enum: the empty text means that it is not set. */
      readonly isText?: true;
    }
  | {
      readonly kind: "message";
      readonly members: Members;
      readonly exactlyOneOf: readonly string[];
      readonly atMostOneOf: readonly string[];
    }
  | {
      readonly kind: "list";
      readonly item: Handled;
      readonly itemsMin: number;
      /** Where nothing else is said, `ITEMS_MAX`. */
      readonly itemsMax?: number;
    }
  | { readonly kind: "map"; readonly value: Handled; readonly keyFormat?: Format; readonly sizeMax: number }
  /** Any object of JSON: somebody else knows what is in it. */
  | { readonly kind: "json" };

/** What is written in a field of kind `json`: the values of JSON, as they stand in the document. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
export type JsonObject = { readonly [name: string]: JsonValue };

/** As many items as any list may have. */
export const ITEMS_MAX = 4096;

/** What one unit of a number or of a duration's text is. */
export type Unit = "bytes" | "seconds" | "percent" | "requests" | "connections" | "streams";

/** What a field says of itself beside its type. */
export interface Description {
  /** What it means, in a line: for people who look at a form or a completion. */
  readonly doc?: string;
  /** What few expect of it, in a sentence for the reference. */
  readonly note?: string;
  /** What to put there, in a few words under the field of a form; else an example of its format is shown. */
  readonly hint?: string;
  readonly unit?: Unit;
  /** What each value of an enum means. */
  readonly valueDocs?: Readonly<Record<string, string>>;
  /** What holds when it is not set, as it would be written. */
  readonly default?: string | number | boolean;
  /**
   * The field of Envoy's API that it becomes, or several: `RouteMatch.prefix`; where it becomes none, what it does instead. Holds
   * for what is in it too, where that says nothing itself.
   */
  readonly envoy?: string;
  /** It lets somebody in elsewhere: who may not edit the resource does not read it. */
  readonly isSecret?: true;
  /** How a form asks for it where its type does not say. */
  readonly form?: FormHint;
  /** A form asks for it where the field beside it is set, or has one of these values by its default too; elsewhere it says nothing. */
  readonly goesWith?: { readonly field: string; readonly values?: readonly string[] };
}

/**
 * `lines` is text of several lines; `label-pairs` names and values; `service` and `account` are chosen from what the mesh has, and
 * `some-workloads` too: none are chosen where it names no labels.
 */
export type FormHint = "lines" | "label-pairs" | "service" | "account" | "some-workloads";

/** A field that works. `T` is the type of its value, `R` whether it must be given. */
export interface Handled<T = unknown, R extends boolean = boolean> extends Description {
  readonly status: "handled";
  readonly type: FieldType;
  readonly isRequired: R;
  /**
   * Zero, false or the empty text is a value: a member of a oneof or a wrapper type in Istio's API. Any other scalar,
   * list or map is proto3's without presence: its zero value means that it is not set.
   */
  readonly hasPresence: boolean;
  /** Carries the type to the compiler; never there when the program runs. */
  readonly "~value"?: T;
}

/** A field that Istio knows and that does not work: an error where it is set. `reason` follows "… is not handled: ". */
export interface Refused {
  readonly status: "refused";
  readonly reason: string;
  /** Undefined where Envoy could be given it. */
  readonly unservable: Unservable | undefined;
}

/** A field that a server wrote into a document that someone exported: taken with a warning. */
export interface Ignored {
  readonly status: "ignored";
  readonly reason: string;
  readonly unservable: Unservable | undefined;
}

export type Field = Handled | Refused | Ignored;

/** The TypeScript type of what a field holds. */
export type Infer<F> = F extends Handled<infer T> ? T : never;

/** The type of an object with these members; those that are refused or ignored are not in it. */
export type InferMembers<M extends Members> = Flatten<
  { readonly [K in keyof M as M[K] extends Handled<unknown, true> ? K : never]: Infer<M[K]> } & {
    readonly [K in keyof M as M[K] extends Handled<unknown, false> ? K : never]?: Infer<M[K]>;
  }
>;

type Flatten<T> = { readonly [K in keyof T]: T[K] };
