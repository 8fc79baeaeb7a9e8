import { type CatalogService, hostFor, subsetsOf } from "#core/form/find-service.ts";
import { openDocument } from "#core/form/open-document.ts";
import { listOf, recordOf } from "#core/form/read-loosely.ts";
import { type RoutingForm, readRoutingForm } from "#core/form/routing-form.ts";
import { type DocumentEdit, editDocument } from "#core/resource/edit-document.ts";

/** What people do to a service's requests; each begins an edit of its routing, which they finish. */
export const ROUTING_TASKS = {
  canary: { label: "Canary by weight", detail: "a tenth of the requests to the newest version" },
  header: { label: "Canary by header", detail: "requests with a header to the newest version" },
  mirror: { label: "Mirror requests", detail: "a copy of each to another version" },
  fault: { label: "Inject a fault", detail: "a delay for requests with a header" },
  resilience: { label: "Timeouts and retries", detail: "how long to wait, and how often to try" },
} as const satisfies Record<string, { readonly label: string; readonly detail: string }>;

export type RoutingTask = keyof typeof ROUTING_TASKS;

export function parseRoutingTask(text: string | null | undefined): RoutingTask | undefined {
  return text !== null && text !== undefined && Object.hasOwn(ROUTING_TASKS, text) ? (text as RoutingTask) : undefined;
}

const TIMEOUT = "2s";
const RETRIES = { attempts: 2, perTryTimeout: "500ms", retryOn: "gateway-error,connect-failure,refused-stream" };

/** A routing's text as the task begins it; as it is where it cannot be read, or has what the task is about. */
export function beginTask(task: RoutingTask, text: string, service: CatalogService | undefined): string {
  const document = openDocument(text);
  if (document.kind !== "open" || service === undefined) return text;
  const form = readRoutingForm(document.value);
  return editDocument(text, editsOf(task, form, service, routesOf(document.value)));
}

/** Tasks that try one version beside another. */
const TRYING: ReadonlySet<RoutingTask> = new Set(["canary", "header", "mirror"]);

/** Why such a task begins nothing, and what to do first; undefined where there is a version to try, or what it is about is written already. */
export function whyNoVersion(
  task: RoutingTask,
  form: RoutingForm,
  service: CatalogService | undefined,
): string | undefined {
  if (service === undefined || !TRYING.has(task)) return undefined;
  const [version, second] = subsetsOf(service);
  const last = form.rules.findLast(({ matches }) => matches.length === 0);
  const isWritten =
    (task === "canary" && (last?.destinations.length ?? 0) > 1) ||
    (task === "mirror" && (last?.mirror ?? null) !== null);
  if (second !== undefined || isWritten) return undefined;
  const has = version === undefined ? "no version that is told apart" : `one version, ${version},`;
  return `${service.name} has ${has} and nothing is changed: start instances of another one, from a WorkloadGroup with another label "version", or name it by a subset in a DestinationRule`;
}

function editsOf(
  task: RoutingTask,
  form: RoutingForm,
  service: CatalogService,
  routes: readonly unknown[],
): readonly DocumentEdit[] {
  const host = hostFor(service, form.namespace);
  const versions = subsetsOf(service);
  const [oldest, newest] = [versions[0], versions.at(-1)];
  const to = (subset: string | undefined) => ({ host, ...(subset === undefined ? {} : { subset }) });
  // What no other rule takes.
  const last = form.rules.findLastIndex(({ matches }) => matches.length === 0);
  const rule = form.rules[last];
  const route = routes[last] ?? [{ destination: to(undefined) }];
  const at = (...path: readonly (string | number)[]) => ["spec", "http", last, ...path];
  const first = (value: object): DocumentEdit => ({ op: "insert", path: ["spec", "http", 0], value });
  if (whyNoVersion(task, form, service) !== undefined) return [];
  switch (task) {
    case "canary":
      if (rule === undefined) return [];
      if (rule.destinations.length > 1)
        return rule.destinations.map((_, index) => ({
          op: "set",
          path: at("route", index, "weight"),
          value: index === 0 ? 90 : index === rule.destinations.length - 1 ? 10 : 0,
        }));
      return [
        {
          op: "set",
          path: at("route"),
          value: [
            { destination: to(oldest), weight: 90 },
            { destination: to(newest), weight: 10 },
          ],
        },
      ];
    case "header":
      return [first({ match: [{ headers: { "x-canary": { exact: "true" } } }], route: [{ destination: to(newest) }] })];
    case "mirror":
      if (rule === undefined || rule.mirror !== null) return [];
      return [
        { op: "set", path: at("mirror"), value: to(newest) },
        { op: "set", path: at("mirrorPercentage"), value: { value: 100 } },
      ];
    case "fault":
      return [
        first({
          match: [{ headers: { "x-fault": { exact: "true" } } }],
          fault: { delay: { percentage: { value: 100 }, fixedDelay: "2s" } },
          route,
        }),
      ];
    case "resilience":
      if (rule === undefined) return [];
      return [
        ...(rule.timeout === "" ? [{ op: "set" as const, path: at("timeout"), value: TIMEOUT }] : []),
        ...(rule.retries === null ? [{ op: "set" as const, path: at("retries"), value: RETRIES }] : []),
      ];
  }
}

/** As they are written, rule by rule. */
function routesOf(value: unknown): readonly unknown[] {
  return listOf(recordOf(recordOf(value).spec).http).map((rule) => recordOf(rule).route);
}
