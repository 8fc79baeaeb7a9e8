import type { Headers } from "#core/simulate/headers.ts";
import { headerName } from "#core/simulate/read/header-matcher.ts";
import {
  HeaderValueOption_HeaderAppendAction as Action,
  type HeaderValueOption,
} from "#proto/gen/envoy/config/core/v3/base_pb.js";

/** What one level (destination, route, virtual host, table) does to headers. */
export interface HeaderOperations {
  readonly remove: readonly string[];
  readonly add: readonly HeaderAddition[];
}

interface HeaderAddition {
  readonly name: string;
  readonly action: Action;
  readonly value: (headers: Headers) => string;
  readonly keepsEmpty: boolean;
}

export const NO_OPERATIONS: HeaderOperations = { remove: [], add: [] };

export function readHeaderOperations(add: readonly HeaderValueOption[], remove: readonly string[]): HeaderOperations {
  if (add.length === 0 && remove.length === 0) return NO_OPERATIONS;
  return {
    remove: remove.map(headerName),
    add: add.map(({ header, append, appendAction, keepEmptyValue }) => ({
      name: headerName(header?.key ?? ""),
      action:
        append === undefined
          ? appendAction
          : append
            ? Action.APPEND_IF_EXISTS_OR_ADD
            : Action.OVERWRITE_IF_EXISTS_OR_ADD,
      value: readFormat(header?.value ?? ""),
      keepsEmpty: keepEmptyValue,
    })),
  };
}

/**
 * In Envoy's order: what goes goes first; values are made of what was there; what overwrites comes before what adds. Values
 * speak of the request, also those that are put on its answer.
 */
export function applyHeaderOperations({ remove, add }: HeaderOperations, headers: Headers, request: Headers): void {
  for (const name of remove) headers.delete(name);
  if (add.length === 0) return;
  const overwriting: [string, string][] = [];
  const adding: [string, string][] = [];
  for (const { name, action, value, keepsEmpty } of add) {
    const made = value(request);
    if (made === "" && !keepsEmpty) continue;
    if (action === Action.APPEND_IF_EXISTS_OR_ADD) adding.push([name, made]);
    else if (action === Action.ADD_IF_ABSENT) {
      if (!headers.has(name)) adding.push([name, made]);
    } else if (action === Action.OVERWRITE_IF_EXISTS_OR_ADD || headers.has(name)) overwriting.push([name, made]);
  }
  for (const [name, value] of overwriting) headers.set(name, value);
  for (const [name, value] of adding) headers.append(name, value);
}

/** `%REQ(X-USER?Y):5%` and `%%`; what else stands between percent signs is told as it stands, for its value is not known here. */
function readFormat(text: string): (headers: Headers) => string {
  if (!text.includes("%")) return () => text;
  const parts = text.split(/(%%|%[A-Z_0-9]+(?:\([^)]*\))?(?::\d+)?%)/).map((part): ((headers: Headers) => string) => {
    if (part === "%%") return () => "%";
    const request = /^%REQ\(([^)?]+)(?:\?([^)]+))?\)(?::(\d+))?%$/.exec(part);
    if (request === null) return () => part;
    const [, name = "", otherwise, length] = request;
    return (headers) => {
      const value = headers.firstLine(headerName(name)) ?? headers.firstLine(headerName(otherwise ?? name)) ?? "";
      return length === undefined ? value : value.slice(0, Number(length));
    };
  });
  return (headers) => parts.map((part) => part(headers)).join("");
}
