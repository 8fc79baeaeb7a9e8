import type { Comparison, Difference } from "#testing/oracle/area.ts";
import type { Explained } from "#testing/oracle/explained-difference.ts";
import type { Written } from "#testing/oracle/world.ts";

type Documents = readonly Written[];
const NAMED = Symbol("named");

/** Something that is meant otherwise on purpose, and what one side has to be given to mean what the other does. */
export interface Cause {
  readonly why: string;
  readonly isIn: (documents: Documents) => boolean;
  /** Of the differences that it makes; any where it is absent. */
  readonly what?: RegExp;
  /** Of the places where it makes them: it is named nowhere else. Any where it is absent. */
  readonly where?: RegExp;
  /** What Pharos is given then; the case itself where it is absent. */
  readonly here?: (documents: Documents) => Documents;
  /** What Istio is given then; the case itself where it is absent. */
  readonly inIstio?: (documents: Documents) => Documents;
}

/** What both sides make of what each is given, and how that is compared. */
export interface Sides<Made> {
  here(documents: Documents): Promise<Made>;
  /** Undefined where Istio's code ends over it. */
  inIstio(documents: Documents): Promise<Made | undefined>;
  compare(here: Made, inIstio: Made): Comparison;
}

/**
 * What differs, once at each place. Before what no longer differs once a cause is gone, while nothing else comes to differ at its place,
 * that cause stands: so what is explained by it hides nothing else. Where Istio has an answer only without its causes, that one counts.
 */
export async function compareWithout<Made>(
  causes: readonly Cause[],
  documents: Documents,
  sides: Sides<Made>,
): Promise<Comparison> {
  const [here, inIstio] = [new Map<Documents, Promise<Made>>(), new Map<Documents, Promise<Made | undefined>>()];
  const compare = async (some: readonly Cause[]): Promise<Comparison | undefined> => {
    const [ours, theirs] = await Promise.all([
      once(here, applied(documents, some, "here"), (given) => sides.here(given)),
      once(inIstio, applied(documents, some, "inIstio"), (given) => sides.inIstio(given)),
    ]);
    return theirs === undefined ? undefined : sides.compare(ours, theirs);
  };
  let found = await compare([]);
  if (found?.differences.length === 0) return found;
  const present = causes.filter(({ isIn }) => isIn(documents));
  for (const some of together(present)) {
    if (!some.some(({ what }) => isMet(what, found))) continue;
    const without = await compare(some);
    found = found === undefined ? without : named(found, without, some);
  }
  if (found === undefined) return { compared: 0, differences: [] };
  const differences = new Map(found.differences.map((each) => [`${each.where} ${each.what}`, each]));
  return { compared: found.compared, differences: [...differences.values()] };
}

/** Of an area, the differences before which such a cause stands. */
export function explainedBy(area: string, causes: readonly Cause[]): readonly Explained[] {
  return causes.map(({ why, what, where }) => ({
    area,
    why,
    what: (said) => said.startsWith(why) && (what?.test(said) ?? true),
    ...(where === undefined ? {} : { where }),
  }));
}

/** Each cause, each two, and all: of several at one place one may hide behind another, and one more may be in the way. */
function together(causes: readonly Cause[]): readonly (readonly Cause[])[] {
  const pairs = causes.flatMap((each, index) => causes.slice(index + 1).map((other) => [each, other]));
  return [...causes.map((each) => [each]), ...pairs, ...(causes.length > 2 ? [causes] : [])];
}

/** Each side is asked once about the same. */
function once<Made>(
  known: Map<Documents, Promise<Made>>,
  documents: Documents,
  ask: (documents: Documents) => Promise<Made>,
): Promise<Made> {
  const made = known.get(documents) ?? ask(documents);
  known.set(documents, made);
  return made;
}

/** Whether some of what differs is such and has no cause yet. */
function isMet(what: RegExp | undefined, found: Comparison | undefined): boolean {
  if (found === undefined) return true;
  return found.differences.some((each) => !(NAMED in each) && (what?.test(each.what) ?? true));
}

function applied(documents: Documents, causes: readonly Cause[], side: "here" | "inIstio"): Documents {
  return causes.reduce((all, cause) => cause[side]?.(all) ?? all, documents);
}

function named(found: Comparison, without: Comparison | undefined, causes: readonly Cause[]): Comparison {
  // Of what is not there without it nothing is known.
  if (without === undefined || without.compared < found.compared) return found;
  const [before, after] = [byPlace(found), byPlace(without)];
  const why = causes.map((each) => each.why).join(", and ");
  const differences = found.differences.map((each): Difference => {
    if (causes.some(({ where }) => where?.test(each.where) === false)) return each;
    const left = after.get(each.where) ?? new Set();
    // What differs otherwise without the cause was hidden behind it.
    if (NAMED in each || left.has(each.what) || !left.isSubsetOf(before.get(each.where) ?? new Set())) return each;
    return { ...each, what: `${why}: ${each.what}`, [NAMED]: each.what } as Difference;
  });
  return { ...found, differences };
}

function byPlace({ differences }: Comparison): ReadonlyMap<string, Set<string>> {
  const all = new Map<string, Set<string>>();
  for (const each of differences) {
    const what = NAMED in each ? String(each[NAMED]) : each.what;
    const known = all.get(each.where);
    if (known === undefined) all.set(each.where, new Set([what]));
    else known.add(what);
  }
  return all;
}

/** The documents with each member, however deep, as `change` has it; undefined leaves it out. Those without any are the same ones. */
export function withMembers(
  documents: Documents,
  change: (name: string, value: unknown, document: Written) => unknown,
): Documents {
  return documents.map((document) => {
    let isChanged = false;
    const within = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(within);
      if (typeof value !== "object" || value === null) return value;
      return Object.fromEntries(
        Object.entries(value).flatMap(([name, each]) => {
          const changed = change(name, each, document);
          isChanged ||= changed !== each;
          return changed === undefined ? [] : [[name, within(changed)]];
        }),
      );
    };
    const spec = within(document.spec) as object;
    return isChanged ? { ...document, spec } : document;
  });
}

/** The documents without the members of these names, however deep. */
export function withoutMembers(documents: Documents, names: readonly string[]): Documents {
  return withMembers(documents, (name, value) => (names.includes(name) ? undefined : value));
}

/** Whether a member of that name is somewhere in the documents, and such. */
export function hasMember(documents: Documents, wanted: string, isSuch: (value: unknown) => boolean = () => true) {
  let has = false;
  withMembers(documents, (name, value) => {
    has ||= name === wanted && isSuch(value);
    return value;
  });
  return has;
}
