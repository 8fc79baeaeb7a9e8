import type { WrittenTags } from "#core/resolve/exported-metrics.ts";
import type { ObjectiveTerms } from "#core/resolve/objectives.ts";
import { OPERATIONS_MAX, type WrittenTag } from "#core/schema/cel/operation-tag.ts";

/** What a proxy writes of each request besides what all write: as a caller, which a gateway is too, and as the called. */
export interface ProxyTags {
  readonly client: readonly WrittenTag[];
  readonly server: readonly WrittenTag[];
  /** Refs of those that may ask for it. */
  readonly sources: readonly string[];
}

const NONE: ProxyTags = { client: [], server: [], sources: [] };

/** A workload, with the hosts of the services that it is behind. */
interface Told {
  readonly namespace: string;
  readonly workload: string;
  readonly hosts: readonly string[];
}

/**
 * By which requests a workload's proxy tells its own apart: by those that an objective it tells of is about. First those of its own namespace, of
 * these and of others the oldest: what others ask of it takes nothing from whose it is. `objectives`: the oldest first.
 */
export function resolveOperations(objectives: readonly ObjectiveTerms[], told: Told): ProxyTags {
  const all = objectives.filter((each) => each.operation !== undefined && tells(each, told));
  if (all.length === 0) return NONE;
  const { own = [], others = [] } = Object.groupBy(all, ({ namespace }) =>
    namespace === told.namespace ? "own" : "others",
  );
  const asked = [...own, ...others];
  return {
    client: tagsOf(asked, "source"),
    server: tagsOf(asked, "destination"),
    sources: asked.map(({ ref }) => ref),
  };
}

/** Those that are beyond what a workload's requests are told apart by: nothing is counted for them. */
export function untoldOperations(objectives: readonly ObjectiveTerms[], told: Told): readonly ObjectiveTerms[] {
  const { client, server } = resolveOperations(objectives, told);
  const names = { source: client.map(({ name }) => name), destination: server.map(({ name }) => name) };
  return objectives.filter(
    (each) => each.operation && tells(each, told) && !names[each.reporter].includes(each.operation.name),
  );
}

function tagsOf(asked: readonly ObjectiveTerms[], side: ObjectiveTerms["reporter"]): readonly WrittenTag[] {
  const tags = asked.flatMap(({ reporter, operation }) =>
    reporter === side && operation ? [[operation.name, operation] as const] : [],
  );
  return [...new Map(tags).values()].slice(0, OPERATIONS_MAX);
}

function tells({ reporter, from, host, workload }: ObjectiveTerms, told: Told): boolean {
  if (reporter === "source")
    return (
      (from.namespace === undefined || from.namespace === told.namespace) &&
      (from.workload === undefined || from.workload === told.workload)
    );
  return (
    (host === undefined || told.hosts.includes(host)) &&
    (workload === undefined || (workload.namespace === told.namespace && workload.name === told.workload))
  );
}

export function joinTags(written: WrittenTags, operations: ProxyTags): ProxyTags {
  const whole = (expressions: readonly string[]) => expressions.map((expression) => ({ name: expression, expression }));
  return {
    client: [...whole(written.client), ...operations.client],
    server: [...whole(written.server), ...operations.server],
    sources: [...written.sources, ...operations.sources],
  };
}
