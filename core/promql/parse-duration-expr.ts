import type { SyntaxNode } from "@lezer/common";
import { parseNumber } from "#core/promql/literals.ts";
import { parseError } from "#core/promql/promql-error.ts";

const DEPTH_MAX = 200;

/** A duration, or sums and products of some, in whole ms. */
export function parseDurationExpr(text: string, node: SyntaxNode | undefined): number {
  if (node === undefined) throw parseError(text, text.length, "unexpected end of input");
  const seconds = secondsOf(text, node);
  if (!Number.isFinite(seconds) || Math.abs(seconds) > 9.2e9)
    throw parseError(text, node.from, "duration out of range");
  return Math.round(seconds * 1000);
}

function secondsOf(text: string, node: SyntaxNode, depth = 0): number {
  if (depth > DEPTH_MAX) throw parseError(text, node.from, `nested deeper than ${DEPTH_MAX}`);
  const parts: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) parts.push(child);
  const [first, second, third] = parts;
  if (first === undefined || node.name === "NumberDurationLiteralInDurationContext") {
    const value = parseNumber(text.slice(node.from, node.to));
    if (value === undefined) throw parseError(text, node.from, "bad duration");
    return value;
  }
  if (first.name === "UnaryOp" && second !== undefined)
    return (text[first.from] === "-" ? -1 : 1) * secondsOf(text, second, depth + 1);
  if (second === undefined) return secondsOf(text, first, depth + 1);
  if (third === undefined) throw parseError(text, node.from, "this form of duration is not supported");
  const [a, b] = [secondsOf(text, first, depth + 1), secondsOf(text, third, depth + 1)];
  switch (second.name) {
    case "Add":
      return a + b;
    case "Sub":
      return a - b;
    case "Mul":
      return a * b;
    case "Div":
      return a / b;
    case "Mod":
      return a % b;
    case "Pow":
      return a ** b;
    default:
      throw parseError(text, node.from, "this form of duration is not supported");
  }
}
