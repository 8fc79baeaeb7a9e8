import { type JsonValue, query } from "jsonpath-rfc9535";
import type { Part, Path, Template } from "#cli/output/jsonpath/template.ts";

/** As kubectl prints them: strings bare, the rest as JSON in one line. */
function textOf(value: JsonValue): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** What the template makes of `value`. A path that leads nowhere is empty; several values of one path are separated by a blank. */
export function renderTemplate({ parts }: Template, value: unknown): string {
  // As it would be printed: dates are texts, what is undefined is not there.
  const whole = JSON.parse(JSON.stringify(value ?? null)) as JsonValue;
  const find = ({ from, query: path }: Path, current: JsonValue) => query(from === "whole" ? whole : current, path);

  const render = (part: Part, current: JsonValue): string => {
    switch (part.kind) {
      case "text":
        return part.text;
      case "path":
        return find(part.path, current).map(textOf).join(" ");
      case "range":
        return find(part.path, current)
          .map((item) => part.parts.map((inner) => render(inner, item)).join(""))
          .join("");
    }
  };
  return parts.map((part) => render(part, whole)).join("");
}
