import type { Comparison, Difference } from "#testing/oracle/area.ts";
import type { Written } from "#testing/oracle/world.ts";

type Documents = readonly Written[];

/** Something that is meant otherwise on purpose, and what one side has to be given to mean what the other does. */
export interface Cause {
  readonly why: string;
  readonly isIn: (documents: Documents) => boolean;
  /** What Pharos is given then; the case itself where it is absent. */
  readonly here?: (documents: Documents) => Documents;
  /** What Istio is given then; the case itself where it is absent. */
  readonly inIstio?: (documents: Documents) => Documents;
}

/** Both sides' answers to what each is given; undefined where Istio's code ends over it. */
export type CompareBoth = (here: Documents, inIstio: Documents) => Promise<Comparison | undefined>;

/**
 * What differs, once each. Where nothing differs at a place any longer once a cause is gone, that cause stands before it: so what is
 * explained by it hides nothing else. Where Istio has an answer only without its causes, that one counts.
 */
export async function compareWithout(
  causes: readonly Cause[],
  documents: Documents,
  compare: CompareBoth,
): Promise<Comparison> {
  let found = await compare(documents, documents);
  const present = causes.filter(({ isIn }) => isIn(documents));
  for (const some of present.length > 1 ? [...present.map((each) => [each]), present] : [present]) {
    if (some.length === 0 || found?.differences.length === 0) break;
    const without = await compare(applied(documents, some, "here"), applied(documents, some, "inIstio"));
    found = found === undefined ? without : named(found, without, some);
  }
  if (found === undefined) return { compared: 0, differences: [] };
  const differences = new Map(found.differences.map((each) => [each.what, each]));
  return { compared: found.compared, differences: [...differences.values()] };
}

function applied(documents: Documents, causes: readonly Cause[], side: "here" | "inIstio"): Documents {
  return causes.reduce((all, cause) => cause[side]?.(all) ?? all, documents);
}

const NAMED = Symbol("named");

function named(found: Comparison, without: Comparison | undefined, causes: readonly Cause[]): Comparison {
  // Of what is not there without it nothing is known.
  if (without === undefined || without.compared < found.compared) return found;
  const places = new Set(without.differences.map(({ where }) => where));
  const why = causes.map((each) => each.why).join(", and ");
  const differences = found.differences.map((each): Difference => {
    if (NAMED in each || places.has(each.where)) return each;
    return { ...each, what: `${why}: ${each.what}`, [NAMED]: true } as Difference;
  });
  return { ...found, differences };
}

/** The documents with each member, however deep, as `change` has it; undefined leaves it out. */
export function withMembers(documents: Documents, change: (name: string, value: unknown) => unknown): Documents {
  const within = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(within);
    if (typeof value !== "object" || value === null) return value;
    const kept = Object.entries(value).map(([name, each]) => [name, change(name, each)] as const);
    return Object.fromEntries(kept.flatMap(([name, each]) => (each === undefined ? [] : [[name, within(each)]])));
  };
  return documents.map((each) => ({ ...each, spec: within(each.spec) as object }));
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
