import type { Diagnostic } from "#core/diagnostic.ts";
import type { KindDefinition, PlacedFile, PlacedFiles } from "#core/kinds/kind.ts";
import { KINDS } from "#core/kinds/kinds.ts";
import { relationsOf } from "#core/kinds/relations.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import { type AnyResource, formatRef, refOf } from "#core/resource/resource.ts";
import { adviseOnFile, describeFileFault, type FileProblem, isEnd } from "#core/xds/file-problem.ts";
import { nameCertificate, nameRoots } from "#core/xds/file-secret-name.ts";

/** Names of proxies in one sentence. */
const NAMED_MAX = 5;

interface Told {
  readonly instance: WorkloadInstance;
  readonly problem: FileProblem;
}

/**
 * What agents say is wrong with files, on the objects that name them, one finding for each field and fault, however
 * many agents say it and whatever they add. What those lack whom the object is not meant for is no error of its own. A claim of a file that no
 * object names, or that none names which the agent's proxy can be given, is told nowhere.
 */
export function describeFiles(
  resources: readonly AnyResource[],
  instances: readonly WorkloadInstance[],
  said: ReadonlyMap<string, readonly FileProblem[]>,
): Diagnostic[] {
  if (said.size === 0) return [];
  const bySecret = new Map<string, Told[]>();
  for (const instance of instances)
    for (const problem of said.get(`${instance.namespace}/${instance.name}`) ?? []) {
      const known = bySecret.get(problem.secret);
      if (known === undefined) bySecret.set(problem.secret, [{ instance, problem }]);
      else known.push({ instance, problem });
    }
  return namingFiles(resources).flatMap((resource) =>
    filesOf(resource).flatMap((files) => {
      const reached = (bySecret.get(secretOf(files)) ?? []).filter(({ instance }) => reaches(resource, instance));
      const alike = Map.groupBy(reached, ({ instance, problem: { path, fault, isLastGoodServed } }) =>
        JSON.stringify([path, fault, isLastGoodServed, isMeantFor(resource, instance)]),
      );
      return [...alike.values()].flatMap((told) => tell(resource, files, told));
    }),
  );
}

const naming = new WeakMap<readonly AnyResource[], readonly AnyResource[]>();

/** Those for which proxies read files; looked for once in each list. */
export function namingFiles(resources: readonly AnyResource[]): readonly AnyResource[] {
  const known = naming.get(resources);
  if (known !== undefined) return known;
  const found = resources.filter((resource) => filesOf(resource).length > 0);
  naming.set(resources, found);
  return found;
}

function filesOf({ kind, spec }: AnyResource): readonly PlacedFiles[] {
  return (KINDS[kind] as KindDefinition).files?.(spec) ?? [];
}

function secretOf(files: PlacedFiles): string {
  return "roots" in files
    ? nameRoots(files.roots.file, files.revoked?.file)
    : nameCertificate(files.certificate.file, files.key.file);
}

function reaches(resource: AnyResource, instance: WorkloadInstance): boolean {
  return relationsOf(resource.kind).reaches?.(resource as never, instance) ?? false;
}

function isMeantFor(resource: AnyResource, instance: WorkloadInstance): boolean {
  return relationsOf(resource.kind).isMeantFor?.(resource as never, instance) ?? true;
}

function tell(resource: AnyResource, files: PlacedFiles, told: readonly Told[]): Diagnostic[] {
  const [first] = told;
  if (first === undefined) return [];
  const problem = sumProblems(first.problem, told);
  const isOthers = !isMeantFor(resource, first.instance);
  const served = problem.isLastGoodServed;
  const isHarmless = problem.fault === "root-ended" || (served && problem.fault !== "ended");
  const hosts = [...new Set(told.map(({ instance }) => `${instance.namespace}/${instance.name}`))];
  const more = hosts.length > NAMED_MAX ? ` and ${hosts.length - NAMED_MAX} more` : "";
  const kept = isEnd(problem) ? "" : `; ${served ? "the last good one is served" : "nothing is served in its place"}`;
  return [
    {
      severity: isOthers || isHarmless ? "warning" : "error",
      code: "file-not-usable",
      resource: formatRef(refOf(resource)),
      path: placeOf(files, problem.path).path,
      message: `${describeFileFault(problem)}${kept}`,
      hint: `on the host of ${hosts.slice(0, NAMED_MAX).join(", ")}${more}: ${adviseOnFile(problem)}; it is read again by itself`,
    },
  ];
}

/** The earliest end, and the system's word where all have the same. */
function sumProblems(first: FileProblem, told: readonly Told[]): FileProblem {
  const { errno, endedAtMs: _, ...rest } = first;
  const ends = told.flatMap(({ problem }) => problem.endedAtMs ?? []);
  return {
    ...rest,
    ...(errno !== undefined && told.every(({ problem }) => problem.errno === errno) ? { errno } : {}),
    ...(ends.length > 0 ? { endedAtMs: Math.min(...ends) } : {}),
  };
}

function placeOf(files: PlacedFiles, path: string): PlacedFile {
  if ("roots" in files) return files.revoked?.file === path ? files.revoked : files.roots;
  return files.key.file === path ? files.key : files.certificate;
}
