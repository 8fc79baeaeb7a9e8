import { PharosError } from "#core/errors.ts";

/** A run that holds anything is heard every second: one that was not for so long is over where another runs. */
const SILENT_MS = 6000;
/** Of one instance: who begins anew with every message would have all of them remembered. */
const RUNS_MAX = 32;
/** So often a run is heard again after another one: then both run, and none of what one sent last is late. */
const TURNS_TOLD = 3;

interface Known {
  /** When each was heard, the last one last. */
  readonly heard: Map<string, number>;
  /** Others went on from these. */
  readonly over: Set<string>;
  turns: number;
}

/**
 * The runs of each instance (`namespace/name`). One is over when another says that it went on from its journals; without that, when it is silent
 * while another is not. Two agents by one name are two: each has its leases and places, and it is told.
 */
export class InstanceRuns {
  readonly #instances = new Map<string, Known>();
  readonly #onTwins: (instance: string) => void;

  constructor(onTwins: (instance: string) => void) {
    this.#onTwins = onTwins;
  }

  /** Answers the runs that are over because they were silent for long. Throws "conflict" where the run itself is: another goes on from its journals. */
  hear(instance: string, run: string, goesOnFrom: readonly string[], nowMs: number): readonly string[] {
    const known = this.#instances.get(instance) ?? { heard: new Map(), over: new Set(), turns: 0 };
    this.#instances.set(instance, known);
    const { heard, over } = known;
    if (over.has(run))
      throw new PharosError("conflict", `another agent goes on from the journals of this one as ${instance}`, {
        hint: "stop one of them, or give it a name with --name and a directory with --dir of its own",
      });
    for (const each of goesOnFrom) {
      remember(over, each);
      heard.delete(each);
    }
    this.#noteTurn(instance, known, run);
    heard.delete(run);
    heard.set(run, nowMs);
    const silent = [...heard].filter(([, atMs]) => nowMs - atMs > SILENT_MS).map(([each]) => each);
    for (const each of silent) heard.delete(each);
    const [first] = heard.keys();
    if (heard.size > RUNS_MAX && first !== undefined) heard.delete(first);
    if (heard.size === 1) known.turns = 0;
    return silent;
  }

  /** Forgets those that are not meant; answers each with its runs. */
  forget(isMeant: (instance: string) => boolean): readonly (readonly [instance: string, runs: readonly string[]])[] {
    const gone = [...this.#instances].filter(([instance]) => !isMeant(instance));
    for (const [instance] of gone) this.#instances.delete(instance);
    return gone.map(([instance, { heard }]) => [instance, [...heard.keys()]] as const);
  }

  #noteTurn(instance: string, known: Known, run: string): void {
    if (!known.heard.has(run) || [...known.heard.keys()].at(-1) === run) return;
    known.turns += 1;
    if (known.turns === TURNS_TOLD) this.#onTwins(instance);
  }
}

function remember(runs: Set<string>, run: string): void {
  runs.delete(run);
  runs.add(run);
  const [first] = runs;
  if (runs.size > RUNS_MAX && first !== undefined) runs.delete(first);
}
