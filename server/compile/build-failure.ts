import type { Diagnostic } from "#core/diagnostic.ts";
import { KINDS, type Kind } from "#core/kinds/kinds.ts";
import type { World } from "#server/compile/world.ts";

/** A unit that could not be built; its layer keeps what the unit gave before, or nothing where it is new. */
export interface BuildFailure {
  readonly layerId: string;
  readonly unit: string;
  /** In the words of what threw. */
  readonly message: string;
  /** Builds the unit once more, without effect; throws as before while the cause is there. */
  readonly retry: () => unknown;
  /** Refs of the resources that it was built from, or more. */
  readonly suspects: () => readonly string[];
  /** Whether the unit has not been tried again since. */
  readonly isStanding: () => boolean;
}

/** Of one unit; whoever has more of them finds the rest when these are mended. */
const CULPRITS_MAX = 4;
/** Units of one edit whose cause is looked for: each costs a few builds. */
const BLAMED_MAX = 20;

/** Of a unit by name, until the unit is tried again: looking for them costs builds. */
export type KnownCulprits = WeakMap<BuildFailure, readonly string[]>;

/**
 * One diagnostic for each resource that keeps units from being built, on that resource; of the rest, on none. In steps of one
 * build at most. The configuration may move on between two steps: for a unit that is tried again meanwhile no cause is looked
 * for any more, and what changes for no unit that failed changes nothing of why it did.
 */
export function* describeFailures(
  world: Pick<World, "without">,
  failures: readonly BuildFailure[],
  known: KnownCulprits,
): Generator<undefined, Diagnostic[], undefined> {
  const units = new Map<string, BuildFailure[]>();
  const found = new Map<string, readonly string[]>();
  let looked = 0;
  for (const failure of failures) {
    // What is wrong with a host in one scope is wrong with it in the others.
    let culprits = known.get(failure) ?? found.get(failure.unit);
    if (culprits === undefined && looked < BLAMED_MAX) {
      looked += 1;
      culprits = yield* findCulprits(world, failure);
    }
    if (culprits !== undefined && failure.isStanding()) {
      known.set(failure, culprits);
      found.set(failure.unit, culprits);
    }
    for (const ref of culprits ?? [""]) {
      const of = units.get(ref);
      if (of === undefined) units.set(ref, [failure]);
      else of.push(failure);
    }
  }
  return [...units].map(([ref, of]) => {
    const names = [...new Set(of.map(({ unit }) => unit))];
    const others = names.length > 3 ? ` and ${names.length - 3} more` : "";
    return {
      severity: "error",
      code: "not-translated",
      ...(ref === "" ? {} : { resource: ref }),
      message: `cannot be translated for ${names.slice(0, 3).join(", ")}${others}: ${of[0]?.message ?? ""}; proxies keep what they had of it`,
      hint: "correct it and apply it again, or take the revision back with `pharos rollback REVISION --undo`",
    };
  });
}

/** The resources whose absence lets the unit be built; [""] where that of none does, or where it is tried again meanwhile. */
function* findCulprits(
  world: Pick<World, "without">,
  { retry, suspects, isStanding }: BuildFailure,
): Generator<undefined, readonly string[], undefined> {
  const rank = (ref: string): number => KINDS[ref.split("/", 1)[0] as Kind].blame;
  const candidates = [...new Set(suspects())].sort((a, b) => rank(a) - rank(b));
  const culprits: string[] = [];
  function* succeedsWithout(count: number): Generator<undefined, boolean, undefined> {
    yield;
    // Whoever asks for the cause of what is no more is answered at once.
    if (!isStanding()) return false;
    try {
      world.without([...culprits, ...candidates.slice(0, count)], retry);
      return true;
    } catch {
      return false;
    }
  }
  if (!(yield* succeedsWithout(candidates.length))) return [""];
  while (isStanding() && culprits.length < CULPRITS_MAX && !(yield* succeedsWithout(0))) {
    let below = 0;
    let enough = candidates.length;
    while (isStanding() && enough - below > 1) {
      const middle = (below + enough) >> 1;
      if (yield* succeedsWithout(middle)) enough = middle;
      else below = middle;
    }
    culprits.push(candidates[enough - 1] ?? "");
  }
  return culprits;
}
