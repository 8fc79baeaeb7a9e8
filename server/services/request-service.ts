import { type ErrorCode, PharosError } from "#core/errors.ts";
import { UNKNOWN } from "#core/model/workload-label.ts";
import { locatePath } from "#core/resource/locate-path.ts";
import { findDifferences, OUTCOMES } from "#core/telemetry/find-differences.ts";
import { OTHER } from "#core/telemetry/path-template.ts";
import { FACET_NAMES, type RequestSort } from "#core/telemetry/request-fields.ts";
import { parseRequestFilter, type RequestCondition } from "#core/telemetry/request-filter.ts";
import type { RequestRecord } from "#core/telemetry/request-record.ts";
import type { ExplainInput, RequestAsk, RequestSearchInput, ShapesInput } from "#core/telemetry/request-search.ts";
import { type CauseRef, type RequestCause, whyRefused, whyRequest } from "#core/telemetry/why-request.ts";
import type { RequestCauseView } from "#core/view/requests.ts";
import type { Telemetry } from "#server/services/dependencies.ts";
import type { Services } from "#server/services/services.ts";

export interface RequestServiceOptions {
  readonly telemetry: Pick<Telemetry, "requests" | "totals" | "kept">;
  readonly config: Pick<Services["config"], "get" | "history">;
  /** Shows requests as they happen. */
  readonly tap: Services["requests"]["tap"];
  readonly now?: () => number;
}

/** By how much the clocks of two hosts may differ. */
const CLOCKS_MS = 60_000;
/** That a request made, with those of its own. */
const CALLS_MAX = 100;
const FACET_VALUES_MAX = 12;
/** For comparison: what is rarer explains little. */
const COMPARED_VALUES_MAX = 60;
const SLOTS = 60;
const STEPS_MS = [
  1000, 2000, 5000, 10_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000, 10_800_000,
];
/** Longer than any range: it falls into two slots at most. */
const ONE_SLOT_MS = 31 * 24 * 3600 * 1000;
const VALUE: Readonly<Record<RequestSort, (record: RequestRecord) => number>> = {
  start: ({ startMs }) => startMs,
  duration: ({ durationMs }) => durationMs,
  code: ({ responseCode }) => responseCode,
  received: ({ requestBytes }) => requestBytes,
  sent: ({ responseBytes }) => responseBytes,
  tries: ({ attempts }) => attempts,
};

/** Requests that were kept: found, counted, compared, and why each ended as it did. */
export function createRequestService({
  telemetry,
  config,
  tap,
  now = Date.now,
}: RequestServiceOptions): Services["requests"] {
  const { kept } = telemetry;
  const rangeOf = ({ seconds, endMs = now() }: RequestAsk) => ({ fromMs: endMs - seconds * 1000, toMs: endMs });
  return {
    list: (query) => telemetry.requests(query),
    totals: (query) => telemetry.totals(query),
    async search(input: RequestSearchInput) {
      const { conditions: where, errors } = parseRequestFilter(input.filter);
      const { sort, isAscending, after, limit } = input;
      const found = await kept.list({ ...rangeOf(input), where, sort, isAscending, after, limit: limit + 1 });
      const rows = await tellRefusals(found.slice(0, limit));
      const last = rows.at(-1);
      const next = found.length > limit && last !== undefined ? { value: VALUE[sort](last), id: last.id } : null;
      return { rows, errors, next };
    },
    async summary(input) {
      const { conditions: where } = parseRequestFilter(input.filter);
      const { fromMs, toMs } = rangeOf(input);
      const wanted = (toMs - fromMs) / SLOTS;
      const stepMs = STEPS_MS.find((step) => step >= wanted) ?? STEPS_MS.at(-1) ?? 1000;
      const filter = { fromMs, toMs, where };
      const [slots, counts] = await Promise.all([
        kept.histogram(filter, stepMs),
        kept.facets(filter, FACET_NAMES, FACET_VALUES_MAX),
      ]);
      const byField = Map.groupBy(counts, ({ field }) => field);
      return {
        ...sum(slots),
        startMs: fromMs,
        endMs: toMs,
        stepMs,
        slots,
        facets: FACET_NAMES.flatMap((field) => {
          const values = (byField.get(field) ?? []).map(({ value, rows, weight }) => ({ value, rows, weight }));
          return values.length === 0 || (values.length === 1 && values[0]?.value === "") ? [] : [{ field, values }];
        }),
      };
    },
    async differs(input) {
      const { conditions, errors } = parseRequestFilter(input.filter);
      const range = rangeOf(input);
      const fields = FACET_NAMES.filter((name) => !OUTCOMES.has(name));
      const count = async (where: readonly RequestCondition[]) => ({
        facets: await kept.facets({ ...range, where }, fields, COMPARED_VALUES_MAX),
        total: sum(await kept.histogram({ ...range, where }, ONE_SLOT_MS)),
      });
      const [selected, all] = await Promise.all([count(conditions), count(conditions.filter(isOfWhole))]);
      const total = { selected: selected.total, all: all.total };
      return { ...findDifferences(selected.facets, all.facets, total), errors };
    },
    async get(id) {
      const where: RequestCondition[] = [{ kind: "is", field: "id", values: [id], isNot: false }];
      const [request] = await kept.list({ fromMs: 0, where, limit: 1 });
      if (request === undefined)
        throw new PharosError("not-found", `no request ${id} is kept`, {
          hint: "how long requests are kept stands under Storage in the settings",
        });
      return { request, causes: await explain(request) };
    },
    explain,
    tap,
    async shapes({ service, seconds, limit }: ShapesInput) {
      const toMs = now();
      const shapes = await kept.shapes({ fromMs: toMs - seconds * 1000, toMs, service, limit });
      const folded = shapes.filter(({ method, pathTemplate }) => method === OTHER || pathTemplate === OTHER);
      return { shapes, folded: folded.reduce((all, { count }) => all + count, 0) };
    },
  };

  async function explain(request: ExplainInput): Promise<RequestCauseView[]> {
    const refused = await refusedAtCalledEnd(request);
    return Promise.all(
      (refused.length > 0 ? refused : whyRequest(request)).map(async (cause) => ({
        ...cause,
        refs: await Promise.all(cause.refs.map((ref) => traceRef(ref, request))),
      })),
    );
  }

  /** Why the called end refused a request of which its caller has no more than the answer. */
  async function refusedAtCalledEnd(request: ExplainInput): Promise<readonly RequestCause[]> {
    const [called] = await toldAtCalledEnd([request]);
    return called === undefined ? [] : whyRefused(called);
  }

  /** Callers' requests with the called end's word of who refused them, where that is there. */
  async function tellRefusals(rows: readonly RequestRecord[]): Promise<readonly RequestRecord[]> {
    const told = await toldAtCalledEnd(rows);
    return rows.map((row, at) => {
      const policy = told[at]?.policy ?? row.policy;
      return policy === row.policy ? row : { ...row, policy };
    });
  }

  /** Of each, in their order, what the called end says that refused it; undefined of those that are no caller's, or were not refused there. */
  async function toldAtCalledEnd(calls: readonly ExplainInput[]): Promise<(RequestRecord | undefined)[]> {
    const asked = calls.filter(
      (call) => call.reporter === "source" && call.requestId !== null && call.deniedBy === null && isRefusal(call),
    );
    const ids = [...new Set(asked.flatMap(({ requestId }) => requestId ?? []))];
    if (ids.length === 0) return calls.map(() => undefined);
    const where: RequestCondition[] = [
      { kind: "is", field: "request", values: ids, isNot: false },
      { kind: "is", field: "side", values: ["destination"], isNot: false },
    ];
    const range = {
      fromMs: Math.min(...asked.map(({ startMs }) => startMs)) - CLOCKS_MS,
      toMs: Math.max(...asked.map(({ startMs, durationMs }) => startMs + durationMs)) + CLOCKS_MS,
    };
    // What the caller's proxy says of it stands without a store.
    const most = Math.max(CALLS_MAX, 2 * ids.length);
    const told = await kept.list({ ...range, where, limit: most }).catch(instead([], "unavailable"));
    const denied = told.filter(({ deniedBy }) => deniedBy !== null);
    // Calls that its application makes for it have the same id.
    return calls.map((call) =>
      asked.includes(call)
        ? denied.find((each) => each.requestId === call.requestId && isOfOneCall(call, each))
        : undefined,
    );
  }

  /** Where an object says it, and which revision wrote it as it was in force. */
  async function traceRef(
    cause: CauseRef,
    { revision }: Pick<RequestRecord, "revision">,
  ): Promise<RequestCauseView["refs"][number]> {
    const before = revision === null ? {} : { before: revision + 1 };
    const [detail, [written]] = await Promise.all([
      config.get(cause.ref).catch(whereFound(undefined)),
      config.history({ ref: cause.ref, limit: 1, ...before }).catch(whereFound([])),
    ]);
    const path = cause.path === undefined ? undefined : pathOf(cause.path);
    const line = detail === undefined || path === undefined ? undefined : locatePath(detail.text, path)?.line;
    return {
      ...cause,
      ...(line === undefined ? {} : { line }),
      ...(written === undefined ? {} : { revision: written.revision, author: written.author, reason: written.reason }),
    };
  }
}

const isRefusal = ({ responseCode, grpcStatus }: ExplainInput): boolean =>
  responseCode >= 400 || !["", "0"].includes(grpcStatus);

/**
 * Whether a record of the called end may be of that call: of the workload that answered, or where the caller does not know that, of one of
 * the service that it called. No other has a say in it.
 */
function isOfOneCall(call: ExplainInput, told: RequestRecord): boolean {
  return (
    told.responseCode === call.responseCode &&
    told.sourceNamespace === call.sourceNamespace &&
    told.sourceWorkload === call.sourceWorkload &&
    (isKnown(call.destinationWorkload)
      ? told.destinationWorkload === call.destinationWorkload && told.destinationNamespace === call.destinationNamespace
      : isKnown(call.destinationService) && told.destinationService === call.destinationService)
  );
}

const isKnown = (name: string): boolean => name !== "" && name !== UNKNOWN;

/** The object may be gone by now; whatever else goes wrong is told. */
const whereFound = <T>(none: T): ((error: unknown) => T) => instead(none, "not-found");

function instead<T>(none: T, of: ErrorCode): (error: unknown) => T {
  return (error) => {
    if (PharosError.from(error).code === of) return none;
    throw error;
  };
}

/** Says which requests are looked at, not how they ended. */
function isOfWhole(condition: RequestCondition): boolean {
  return condition.kind !== "text" && !OUTCOMES.has(condition.field);
}

function sum(slots: readonly { readonly rows: number; readonly weight: number }[]) {
  let [rows, weight] = [0, 0];
  for (const slot of slots) {
    rows += slot.rows;
    weight += slot.weight;
  }
  return { rows, weight };
}

/** `spec.http[0].timeout` → its parts; undefined for words. */
function pathOf(text: string): (string | number)[] | undefined {
  if (!text.startsWith("spec.")) return undefined;
  return Array.from(text.matchAll(/[^.[\]]+/g), ([part]) => (/^\d+$/.test(part) ? Number(part) : part));
}
