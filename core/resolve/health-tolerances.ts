import { codePattern, namePattern } from "#core/kinds/health-policy/code-pattern.ts";
import { parseRateAnnotation, RATE_ANNOTATION, RATED_KINDS } from "#core/kinds/health-policy/rate-annotation.ts";
import type { HealthRule, WrittenTolerance } from "#core/kinds/health-policy/schema.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { byAge } from "#core/resource/by-age.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import { type AnyResource, formatRef, refOf } from "#core/resource/resource.ts";
import { compileRegex } from "#core/schema/compile-regex.ts";
import { declareService, declareServices } from "#core/sources/declare-service.ts";

/** Whose health is judged. Services are named by their host, workloads and apps by their own name. */
export interface HealthSubject {
  readonly kind: "service" | "workload" | "app";
  readonly namespace: string;
  readonly name: string;
}

/** Up to which share of requests may fail, and which of them count as failed. */
export interface AppliedTolerance {
  /** A regular expression for the whole of a code, or of a flag; undefined: any. */
  readonly codePattern: string | undefined;
  readonly flagPattern: string | undefined;
  /** Undefined: of all. */
  readonly protocols: readonly ("http" | "grpc" | "tcp")[] | undefined;
  readonly direction: "inbound" | "outbound" | "both";
  readonly degradedPercent: number;
  readonly failurePercent: number;
  /** What is counted, as it is written. */
  readonly named: string;
}

/** What is written of somebody's health, and where. */
export interface AppliedTolerances {
  readonly ref: string;
  readonly tolerances: readonly AppliedTolerance[];
}

const PROTOCOLS = { HTTP: "http", GRPC: "grpc", TCP: "tcp" } as const;
const DIRECTIONS = { Inbound: "inbound", Outbound: "outbound", Both: "both" } as const;
const KINDS = { Service: "service", Workload: "workload", App: "app" } as const;

/**
 * By what the health of each is judged: its own annotation, else the first rule that means it, of the HealthPolicies of its namespace
 * and then of the root's, the oldest first; undefined where nothing is written and the defaults hold.
 */
export function resolveTolerances({
  resources,
  mesh,
}: Pick<Snapshot, "resources" | "mesh">): (subject: HealthSubject) => AppliedTolerances | undefined {
  const policies = ofKind(resources, "HealthPolicy").toSorted(byAge);
  const annotated = annotationsOf(resources);
  const namespaces = new Map(
    policies.length === 0
      ? []
      : declareServices(resources).flatMap(({ hosts, namespace }) => hosts.map((host) => [host, namespace] as const)),
  );
  const rules = policies.flatMap((policy) =>
    policy.spec.rules.map((rule) => ({
      namespace: policy.metadata.namespace,
      isMeant: whomMeans(rule),
      applied: { ref: formatRef(refOf(policy)), tolerances: rule.tolerances.map(readTolerance) },
    })),
  );
  return (subject) => {
    const { kind, name } = subject;
    const own = annotated.get(kind === "service" ? `service ${name}` : `${kind} ${subject.namespace} ${name}`);
    if (own !== undefined || rules.length === 0) return own;
    const at = { ...subject, namespace: (kind === "service" ? namespaces.get(name) : undefined) ?? subject.namespace };
    const ofLevel = (level: string) =>
      rules.find(({ namespace, isMeant }) => namespace === level && isMeant(at, level === mesh.rootNamespace));
    return (ofLevel(at.namespace) ?? ofLevel(mesh.rootNamespace))?.applied;
  };
}

/** Kiali's annotations on services and workloads, by subject. */
function annotationsOf(resources: readonly AnyResource[]): ReadonlyMap<string, AppliedTolerances> {
  const found = new Map<string, AppliedTolerances>();
  for (const resource of resources) {
    const text = resource.metadata.annotations?.[RATE_ANNOTATION];
    if (text === undefined || !RATED_KINDS.has(resource.kind)) continue;
    const tolerances = parseRateAnnotation(text).tolerances.map(readTolerance);
    if (tolerances.length === 0) continue;
    const ref = formatRef(refOf(resource));
    const { namespace, name } = resource.metadata;
    const service = declareService(resource);
    const keys = service?.hosts.map((host) => `service ${host}`) ?? [`workload ${namespace} ${name}`];
    for (const key of keys) if (!found.has(key)) found.set(key, { ref, tolerances });
  }
  return found;
}

function readTolerance({
  code,
  flags,
  protocols = [],
  direction,
  degraded,
  failure,
}: WrittenTolerance): AppliedTolerance {
  return {
    codePattern: code === undefined ? undefined : codePattern(code),
    flagPattern: flags,
    protocols: protocols.length === 0 ? undefined : protocols.map((each) => PROTOCOLS[each]),
    direction: DIRECTIONS[direction ?? "Inbound"],
    degradedPercent: degraded ?? 0,
    failurePercent: failure,
    named: namePattern({ code, flags }),
  };
}

function whomMeans({ kind, namespace, name }: HealthRule): (subject: HealthSubject, isRoot: boolean) => boolean {
  const isNamespace = namespace === undefined ? undefined : compileRegex(namespace);
  const isName = name === undefined ? undefined : compileRegex(name);
  return (subject, isRoot) =>
    (kind === undefined || KINDS[kind] === subject.kind) &&
    (!isRoot || isNamespace === undefined || isNamespace.matches(subject.namespace)) &&
    (isName === undefined ||
      isName.matches(subject.name) ||
      (subject.kind === "service" && isName.matches(subject.name.split(".")[0] ?? "")));
}
