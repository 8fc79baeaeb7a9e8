import { isAlias, isMap, isScalar, isSeq, type Node } from "yaml";
import type { Diagnostic } from "#core/diagnostic.ts";
import type { DiagnosticCode } from "#core/diagnostic-codes.ts";
import type { Ignored, Refused } from "#core/schema/field.ts";
import type { Path } from "#core/schema/path.ts";

/** A diagnostic of a document that is being read. */
export interface Problem extends Diagnostic {
  readonly path: Path;
  /** What to point at. */
  readonly node: Node | null | undefined;
}

/** What is wrong with a document, as it is found. Each way of saying it answers undefined: what does not fit is left out. */
export class ProblemList {
  readonly problems: Problem[] = [];

  refuse(field: Refused | Ignored, path: Path, node: Node): undefined {
    const name = path.filter((segment) => typeof segment === "string").at(-1) ?? "it";
    if (field.status === "ignored")
      return this.add("warning", "field-ignored", path, node, `${name} is ignored: ${field.reason}`, "remove it");
    return this.add("error", "field-not-handled", path, node, `${name} is not handled: ${field.reason}`);
  }

  wrongType(expected: string, path: Path, node: Node, hint?: string): undefined {
    const found = isMap(node)
      ? "an object"
      : isSeq(node)
        ? "a list"
        : isScalar(node)
          ? JSON.stringify(node.value)
          : "something else";
    return this.add(
      "error",
      "wrong-type",
      path,
      node,
      `must be ${expected}, and is ${found.length > 60 ? `${found.slice(0, 60)}…` : found}`,
      hint,
    );
  }

  badValue(message: string, path: Path, node: Node | undefined, hint?: string): undefined {
    return this.add("error", "bad-value", path, node, message, hint);
  }

  add(
    severity: Problem["severity"],
    code: DiagnosticCode,
    path: Path,
    node: Node | undefined,
    message: string,
    hint?: string,
  ): undefined {
    this.problems.push({ severity, code, path, node, message, ...(hint === undefined ? {} : { hint }) });
    return undefined;
  }
}

export function asNode(value: unknown): Node | undefined {
  return isMap(value) || isSeq(value) || isScalar(value) || isAlias(value) ? value : undefined;
}

export function isNull(value: unknown): boolean {
  return value === null || value === undefined || (isScalar(value) && value.value === null);
}
