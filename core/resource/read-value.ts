import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { assertNever } from "#core/brand.ts";
import { findAliasTargets } from "#core/resource/alias-targets.ts";
import { isZero } from "#core/resource/is-zero.ts";
import { asNode, isNull, type Problem, ProblemList } from "#core/resource/problem-list.ts";
import { closestName } from "#core/schema/closest-name.ts";
import type { Field, FieldType, Handled } from "#core/schema/field.ts";
import { ITEMS_MAX } from "#core/schema/field.ts";
import { FORMATS, type Format } from "#core/schema/formats.ts";
import { memberOf } from "#core/schema/member-of.ts";
import type { Path } from "#core/schema/path.ts";

/** More than any real document has; what an alias that names aliases grows beyond. */
const NODES_MAX = 100_000;
const DEPTH_MAX = 60;
/** Comparing names takes time, and nobody reads as many suggestions. */
const SUGGESTED_MAX = 100;

export interface ReadResult {
  /** Only fields that the schema handles; undefined when the node holds nothing. */
  readonly value: unknown;
  readonly problems: readonly Problem[];
}

export interface ReadOptions {
  /** As protobuf reads JSON: names as protos have them are taken too, and numbers in quotes. */
  readonly isProtoJson?: boolean | undefined;
}

type TypeOf<K extends FieldType["kind"]> = Extract<FieldType, { kind: K }>;

/** Reads a YAML node as its schema says. What does not fit is a problem and left out; a null is an absent field. */
export function readValue(
  document: Document,
  node: Node | null,
  schema: Handled,
  { isProtoJson = false }: ReadOptions = {},
): ReadResult {
  const reader = new ValueReader(document, isProtoJson);
  const value = reader.read(node, schema, []);
  return { value, problems: reader.problems };
}

class ValueReader {
  private readonly found = new ProblemList();
  private readonly document: Document;
  private readonly isProtoJson: boolean;
  private nodesLeft = NODES_MAX;
  private aliases: ReadonlyMap<Alias, Node> | undefined;

  constructor(document: Document, isProtoJson: boolean) {
    this.document = document;
    this.isProtoJson = isProtoJson;
  }

  get problems(): readonly Problem[] {
    return this.found.problems;
  }

  read(given: unknown, field: Field, path: Path): unknown {
    const node = this.resolve(given, path);
    if (node === undefined || (isScalar(node) && node.value === null)) return undefined;
    if (field.status !== "handled") return this.found.refuse(field, path, node);
    const { type } = field;
    switch (type.kind) {
      case "message":
        return isMap(node) ? this.readMessage(node, type, path) : this.found.wrongType("an object", path, node);
      case "map":
        return isMap(node)
          ? this.readMap(node, type, path)
          : this.found.wrongType("an object (names and values)", path, node);
      case "json":
        return isMap(node) ? this.readJson(node, path) : this.found.wrongType("an object", path, node);
      case "list":
        return isSeq(node) ? this.readList(node, type, path) : this.found.wrongType("a list", path, node);
      case "string": {
        const value = isScalar(node) ? node.value : undefined;
        if (typeof value !== "string")
          return this.found.wrongType(
            "a string",
            path,
            node,
            isScalar(node) ? `write it in quotes: "${node.source ?? value}"` : undefined,
          );
        if (type.bytesMax !== undefined && new TextEncoder().encode(value).length > type.bytesMax)
          return this.found.badValue(`is longer than ${type.bytesMax} bytes`, path, node);
        return this.checkFormat(value, type.format, path, node) ? value : undefined;
      }
      case "boolean":
        if (isScalar(node) && typeof node.value === "boolean") return node.value;
        return this.found.wrongType("true or false", path, node);
      case "integer":
      case "number": {
        const value = this.numberOf(node);
        const isInteger = type.kind === "integer";
        if (typeof value !== "number" || !Number.isFinite(value) || (isInteger && !Number.isInteger(value))) {
          return this.found.wrongType(
            isInteger ? "a whole number" : "a number",
            path,
            node,
            typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value))
              ? "remove the quotes"
              : isInteger && typeof value === "number" && Number.isFinite(value)
                ? nextWhole(value, type)
                : undefined,
          );
        }
        if (value < type.min || value > type.max)
          return this.found.badValue(
            `${value} is out of range: ${type.min} to ${type.max}`,
            path,
            node,
            value < type.min ? `set it to ${type.min} or more` : `set it to ${type.max} or less`,
          );
        return value;
      }
      case "enum": {
        const written = isScalar(node) ? node.value : undefined;
        if (typeof written !== "string") return this.found.wrongType(`one of ${type.values.join(", ")}`, path, node);
        const value = type.ignoresCase ? written.toUpperCase() : written;
        if (type.values.includes(value)) return value;
        const reason = Object.hasOwn(type.refused, value) ? type.refused[value] : undefined;
        if (reason !== undefined)
          return this.found.add("error", "value-not-handled", path, node, `${value} is not handled: ${reason}`);
        const meant = closestName(value, type.values);
        return this.found.badValue(
          `${JSON.stringify(written)} must be one of ${type.values.join(", ")}`,
          path,
          node,
          meant === undefined ? undefined : `did you mean ${meant}?`,
        );
      }
      default:
        return assertNever(type);
    }
  }

  private readMessage(node: YAMLMap, type: TypeOf<"message">, path: Path): unknown {
    const result: Record<string, unknown> = {};
    const present = new Set<string>();
    for (const { key, value } of node.items) {
      const written = this.keyOf(key, path);
      if (written === undefined) continue;
      const name = this.nameOf(written, type, present, path, asNode(key));
      if (name === undefined) continue;
      const member = Object.hasOwn(type.members, name) ? type.members[name] : undefined;
      if (member === undefined && name === "<<") {
        const message = "merge keys (<<) are not supported";
        this.found.add(
          "error",
          "merge-key",
          [...path, name],
          asNode(key),
          message,
          "write the fields out, or use an alias for a single value",
        );
        continue;
      }
      if (member === undefined) {
        const meant = this.problems.length < SUGGESTED_MAX ? closestName(name, Object.keys(type.members)) : undefined;
        this.found.add(
          "error",
          "unknown-field",
          [...path, name],
          asNode(key),
          `there is no field ${name} here`,
          meant === undefined ? undefined : `did you mean ${meant}?`,
        );
        continue;
      }
      if (this.isUnset(value, member)) continue;
      const read = this.read(value, member, [...path, name]);
      present.add(name);
      if (read !== undefined) result[name] = read;
    }
    for (const [name, member] of Object.entries(type.members)) {
      if (member.status === "handled" && member.isRequired && !present.has(name))
        this.found.add("error", "missing-field", [...path, name], node, `${name} is missing`);
    }
    this.checkChoice(type, present, path, node);
    return result;
  }

  /** What a member is called in JSON; undefined where it was written under its other name before. */
  private nameOf(
    written: string,
    { members }: TypeOf<"message">,
    present: ReadonlySet<string>,
    path: Path,
    node: Node | undefined,
  ): string | undefined {
    if (!this.isProtoJson) return written;
    const { name } = memberOf(members, written) ?? { name: written };
    if (!present.has(name)) return name;
    const message = `${written} is ${name}, which is written before`;
    return this.found.add("error", "duplicate-key", [...path, written], node, message, "leave one of them out");
  }

  private numberOf(node: Node): unknown {
    const value = isScalar(node) ? node.value : undefined;
    const isQuoted = this.isProtoJson && typeof value === "string" && /^-?\d+(?:\.\d+)?$/.test(value);
    return isQuoted ? Number(value) : value;
  }

  private checkChoice(type: TypeOf<"message">, present: ReadonlySet<string>, path: Path, node: Node): void {
    for (const [names, isNeeded] of [
      [type.exactlyOneOf, true],
      [type.atMostOneOf, false],
    ] as const) {
      const given = names.filter((name) => present.has(name));
      if (given.length > 1)
        this.found.add(
          "error",
          "one-of",
          path,
          node,
          `has ${given.join(" and ")}, and may have only one of ${names.join(", ")}`,
        );
      if (isNeeded && names.length > 0 && given.length === 0)
        this.found.add("error", "one-of", path, node, `needs one of ${names.join(", ")}`);
    }
  }

  private readMap(node: YAMLMap, type: TypeOf<"map">, path: Path): unknown {
    const result: Record<string, unknown> = {};
    if (node.items.length > type.sizeMax)
      return this.found.badValue(`has ${node.items.length} entries; at most ${type.sizeMax} are taken`, path, node);
    for (const { key, value } of node.items) {
      const name = this.keyOf(key, path);
      if (name === undefined) continue;
      const here = [...path, name];
      if (!this.checkFormat(name, type.keyFormat, here, asNode(key))) continue;
      // A value that is null: `headers: {x-user: }` means an empty match.
      const read = isNull(value) && type.value.type.kind === "message" ? {} : this.read(value, type.value, here);
      if (read !== undefined)
        Object.defineProperty(result, name, { value: read, enumerable: true, configurable: true, writable: true });
    }
    return result;
  }

  private readList(node: YAMLSeq, type: TypeOf<"list">, path: Path): unknown {
    const { itemsMax = ITEMS_MAX } = type;
    if (node.items.length > itemsMax)
      return this.found.badValue(
        `has ${node.items.length} items; at most ${itemsMax} are taken`,
        path,
        node,
        `leave out ${node.items.length - itemsMax} of them`,
      );
    if (node.items.length < type.itemsMin)
      return this.found.badValue("is empty: it needs at least one item", path, node);
    const result: unknown[] = [];
    node.items.forEach((item, index) => {
      const here = [...path, index];
      if (isNull(item)) this.found.add("error", "wrong-type", here, asNode(item) ?? node, "is empty");
      else {
        const read = this.read(item, type.item, here);
        if (read !== undefined) result.push(read);
      }
    });
    return result;
  }

  /** As it is written, aliases followed. */
  private readJson(given: unknown, path: Path): unknown {
    const node = this.resolve(given, path);
    if (isMap(node)) {
      const result: Record<string, unknown> = {};
      for (const { key, value } of node.items) {
        const name = this.keyOf(key, path);
        if (name === undefined) continue;
        const read = isNull(value) ? null : this.readJson(value, [...path, name]);
        if (read !== undefined)
          Object.defineProperty(result, name, { value: read, enumerable: true, configurable: true, writable: true });
      }
      return result;
    }
    if (isSeq(node)) return node.items.map((item, index) => this.readJson(item, [...path, index]) ?? null);
    const value = isScalar(node) ? node.value : undefined;
    if (typeof value === "string") return this.checkFormat(value, undefined, path, node) ? value : undefined;
    if (value === null || typeof value === "boolean") return value;
    if (typeof value === "number" && Number.isFinite(value)) return value;
    if (node === undefined) return undefined;
    return this.found.wrongType("a value of JSON", path, node, "write it in quotes");
  }

  /** Nothing, or the zero value of a field that cannot tell it from nothing. */
  private isUnset(given: unknown, field: Field): boolean {
    const node = isAlias(given) ? this.follow(given) : given;
    // An alias of nothing is a field that somebody wrote.
    return isNull(node) ? !isAlias(given) : isZero(node, field);
  }

  /** Follows an alias; undefined when there is nothing, or more than any real document has. */
  private resolve(given: unknown, path: Path): Node | undefined {
    if (this.nodesLeft <= 0) return undefined;
    this.nodesLeft -= 1;
    const node = isAlias(given) ? this.follow(given) : asNode(given);
    if (node === undefined && isAlias(given))
      this.found.add(
        "error",
        "bad-yaml",
        path,
        given,
        `*${given.source} refers to nothing: there is no anchor &${given.source} before it`,
      );
    if (this.nodesLeft === 0)
      this.found.add(
        "error",
        "too-large",
        [],
        asNode(given),
        `has more than ${NODES_MAX} values, aliases counted as often as they are used`,
      );
    if (path.length > DEPTH_MAX) {
      this.found.add("error", "too-large", [], asNode(given), `is nested more than ${DEPTH_MAX} levels deep`);
      return undefined;
    }
    return node;
  }

  private follow(alias: Alias): Node | undefined {
    this.aliases ??= findAliasTargets(this.document);
    return this.aliases.get(alias);
  }

  private keyOf(key: unknown, path: Path): string | undefined {
    const node = isAlias(key) ? this.follow(key) : key;
    const value = isScalar(node) ? node.value : node;
    if (typeof value === "string") return value;
    // Port numbers as keys of a map: YAML reads them as numbers, JSON as text.
    if (typeof value === "number" || typeof value === "boolean")
      return isScalar(node) ? (node.source ?? String(value)) : String(value);
    this.found.add("error", "wrong-type", path, asNode(key), "has a key that is not a string");
    return undefined;
  }

  private checkFormat(value: string, format: Format | undefined, path: Path, node: Node | undefined): boolean {
    const problem = describeUnwritable(value) ?? (format === undefined ? undefined : FORMATS[format](value));
    if (problem === undefined) return true;
    if (typeof problem !== "string") {
      this.found.add(
        "error",
        "value-not-handled",
        path,
        node,
        `${JSON.stringify(value)} is not handled: ${problem.notHandled}`,
      );
      return false;
    }
    this.found.badValue(
      value.length > 200 || value === "" ? problem : `${JSON.stringify(value)} ${problem}`,
      path,
      node,
      format === "duration" ? "set a time such as 250ms, 5s or 1h30m" : undefined,
    );
    return false;
  }
}

/** Text that YAML and JSON can write with escapes, and neither protobuf nor Envoy takes. */
function describeUnwritable(text: string): string | undefined {
  if (text.includes("\0")) return "holds a NUL character";
  return text.isWellFormed() ? undefined : "holds half of a character (a lone surrogate)";
}

/** Of a number with a fraction the whole ones beside it that may be written. */
function nextWhole(value: number, { min, max }: { readonly min: number; readonly max: number }): string {
  const beside = [Math.floor(value), Math.ceil(value)].filter((each) => each >= min && each <= max);
  return beside.length === 0 ? `set it to ${value < min ? min : max}` : `write ${beside.join(" or ")}`;
}
