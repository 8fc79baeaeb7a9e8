import { compileLike } from "#core/compile-like.ts";
import { REQUEST_FIELDS, SEARCHED_NAMES } from "#core/telemetry/request-fields.ts";
import type { RequestCondition } from "#core/telemetry/request-filter.ts";
import type { RequestRecord } from "#core/telemetry/request-record.ts";

/** What is known of a request; what is undefined may be anything. */
export type KnownRequest = { readonly [Name in keyof RequestRecord]?: RequestRecord[Name] | undefined };

/** Undefined: it depends on what is not known. */
type Test = (request: KnownRequest) => boolean | undefined;

/**
 * Whether a request may be one of those that a filter asks for: false only where that is certain. Of a request of which all is known it
 * says what a store finds.
 */
export function compileMatch(conditions: readonly RequestCondition[]): (request: KnownRequest) => boolean {
  const tests = conditions.map(testOf);
  return (request) => tests.every((test) => test(request) !== false);
}

function testOf(condition: RequestCondition): Test {
  const asked = askedBy(condition);
  if (!condition.isNot) return asked;
  return (request) => {
    const is = asked(request);
    return is === undefined ? undefined : !is;
  };
}

function askedBy(condition: RequestCondition): Test {
  if (condition.kind === "text") return containing(condition.text.toLowerCase());
  const { of } = REQUEST_FIELDS[condition.field];
  if (condition.kind === "between") {
    const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = condition;
    return (request) => {
      const value = request[of];
      return value === undefined ? undefined : value !== null && Number(value) >= from && Number(value) <= to;
    };
  }
  const equals = condition.values.map((value) => equalTo(condition.field, value));
  return (request) => {
    const value = request[of];
    return value === undefined ? undefined : equals.some((is) => is(value));
  };
}

type Value = RequestRecord[keyof RequestRecord];

function equalTo(field: keyof typeof REQUEST_FIELDS, wanted: string): (value: Value) => boolean {
  const isText = REQUEST_FIELDS[field].type === "text";
  if (wanted === "") return (value) => value === null || (isText && value === "");
  if (!isText) return (value) => value === Number(wanted);
  if (wanted.includes("*")) {
    const isLike = compileLike(wanted);
    return (value) => typeof value === "string" && isLike(value);
  }
  if (field === "service") return (value) => value === wanted || String(value).startsWith(`${wanted}.`);
  if (field === "trace") {
    const id = wanted.padStart(32, "0");
    return (value) => value !== null && String(value).padStart(32, "0") === id;
  }
  return (value) => value === wanted;
}

function containing(text: string): Test {
  const fields = SEARCHED_NAMES.map((name) => REQUEST_FIELDS[name].of);
  return (request) => {
    let isKnown = true;
    for (const field of fields) {
      const value = request[field];
      if (value === undefined) isKnown = false;
      else if (value !== null && String(value).toLowerCase().includes(text)) return true;
    }
    return isKnown ? false : undefined;
  };
}
