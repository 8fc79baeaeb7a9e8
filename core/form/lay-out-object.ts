import type { FieldType, Handled } from "#core/schema/field.ts";

export type ObjectType = Extract<FieldType, { readonly kind: "message" }>;

export interface Member {
  readonly name: string;
  readonly field: Handled;
}

/** What a form shows of an object, by its schema and by what stands in it. */
export interface ObjectLayout {
  /** One value each, or several short ones. */
  readonly simple: readonly Member[];
  /** With members or items of their own. */
  readonly nested: readonly Member[];
  /** Of these it has just one, and which. */
  readonly choice: { readonly members: readonly Member[]; readonly chosen: string | undefined } | undefined;
  /** What can be added to it. */
  readonly addable: readonly Member[];
  /** Names that stand in it and that no form shows. */
  readonly others: readonly string[];
}

/** With more than so many optional simple fields, those alone are shown that are set. */
const SIMPLE_MAX = 8;

/**
 * `opened` are names that were added and have no value yet. What must be given is always there; what can be left out is where
 * it is set, or one of few and simple, and not what says nothing beside the others. Of alternatives only those can be added that would not be refused beside what is there.
 */
export function layOutObject(
  { members, exactlyOneOf, atMostOneOf }: ObjectType,
  value: Readonly<Record<string, unknown>>,
  opened: readonly string[],
): ObjectLayout {
  const handled = Object.entries(members).flatMap(([name, field]) =>
    field.status === "handled" ? [{ name, field }] : [],
  );
  const isThere = ({ name }: Member) => value[name] !== undefined || opened.includes(name);
  const alternatives = handled.filter(({ name }) => exactlyOneOf.includes(name));
  const chosen = alternatives.find(isThere)?.name;
  const rivals = handled.filter((each) => atMostOneOf.includes(each.name) && isThere(each)).map(({ name }) => name);
  const isKeptOut = ({ name }: Member) => rivals.length > 0 && atMostOneOf.includes(name) && !rivals.includes(name);
  const isApplicable = ({ field: { goesWith } }: Member) => {
    const other = handled.find(({ name }) => name === goesWith?.field);
    if (goesWith?.values === undefined) return other === undefined || isThere(other);
    return goesWith.values.includes(String(value[goesWith.field] ?? other?.field.default));
  };
  const free = handled.filter(
    (each) => !exactlyOneOf.includes(each.name) && !isKeptOut(each) && (isThere(each) || isApplicable(each)),
  );
  const optional = free.filter(({ field }) => isSimple(field) && !field.isRequired);
  const showsAll = optional.length <= SIMPLE_MAX;
  const isShown = (each: Member) => isThere(each) || each.field.isRequired || (showsAll && isSimple(each.field));
  const shown = handled.filter((each) => each.name === chosen || (free.includes(each) && isShown(each)));
  const known = handled.map(({ name }) => name);
  return {
    simple: shown.filter(({ field }) => isSimple(field)),
    nested: shown.filter(({ field }) => !isSimple(field)),
    choice: alternatives.length === 0 ? undefined : { members: alternatives, chosen },
    addable: free.filter((each) => !isShown(each)),
    others: Object.keys(value).filter((name) => !known.includes(name)),
  };
}

/** Takes one control, and no room of its own. */
export function isSimple({ type, form }: Handled): boolean {
  if (type.kind === "string") return form !== "lines";
  if (type.kind === "list") return type.item.type.kind === "string" || type.item.type.kind === "enum";
  return type.kind !== "message" && type.kind !== "map" && type.kind !== "json";
}

/** What an object or list is begun with where it is added; undefined where there is nothing to write before something is typed. */
export function beginValue({ type }: Handled): unknown {
  if (type.kind === "message") return {};
  if (type.kind === "list" && type.item.type.kind === "message") return [{}];
  return undefined;
}
