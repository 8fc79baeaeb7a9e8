import type { FileSpan } from "#core/telemetry/read-file-part.ts";
import { isOfService, partService } from "#core/traceql/of-service.ts";
import type { Field } from "#core/traceql/query.ts";
import type { SpanReader, SpanSearch } from "#server/telemetry/ports/span-reader.ts";
import type { SpanOutline, StoredSpan } from "#server/telemetry/ports/span-row.ts";
import { isAskedFor } from "#server/telemetry/stores/jaeger/is-asked-for.ts";
import type { JaegerClient } from "#server/telemetry/stores/jaeger/jaeger-client.ts";
import { toStored } from "#server/telemetry/stores/jaeger/span-of-file.ts";

export interface JaegerSpansOptions {
  readonly client: Pick<JaegerClient, "services" | "operations" | "search" | "trace">;
  readonly now: () => number;
}

/** Jaeger searches by one service: of more they are not all asked. */
const SERVICES_MAX = 50;
/** Asked at once. */
const AT_ONCE = 8;
/** What Jaeger cannot ask for is looked for in so many times as many traces, in at most so many of each service, and of all together. */
const CANDIDATES = { times: 3, max: 500, inAll: 5000 } as const;
/** Names and values to choose among are those of so many traces. */
const NAMED_TRACES = 100;
/** Many traces are read by one question each. */
const READ_MAX = 500;

/** Traces that a Jaeger has, or whatever answers Jaeger's query API. It is asked; nothing is kept. */
export class JaegerSpans implements SpanReader {
  readonly leavesOut = true;
  readonly #client: JaegerSpansOptions["client"];
  readonly #now: () => number;

  constructor({ client, now }: JaegerSpansOptions) {
    this.#client = client;
    this.#now = now;
  }

  async traceIds(search: SpanSearch): Promise<readonly string[]> {
    return (await this.#find(search)).map(([traceId]) => traceId);
  }

  async search(search: SpanSearch): Promise<readonly SpanOutline[]> {
    return (await this.#find(search)).flatMap(([, spans]) => spans.map((span) => toStored(span, spans.length)));
  }

  async spansOf(traceId: string): Promise<readonly StoredSpan[]> {
    const spans = await this.#client.trace(traceId.padStart(32, "0"));
    return spans.map((span) => toStored(span, spans.length));
  }

  async spansOfEach(traceIds: readonly string[]): Promise<readonly StoredSpan[]> {
    return (await each(traceIds.slice(0, READ_MAX), (traceId) => this.spansOf(traceId))).flat();
  }

  async services(): Promise<readonly string[]> {
    const names = await this.#client.services();
    return [...new Set(names.flatMap((name) => [name, partService(name)?.app ?? name]))].sort();
  }

  async operations(service: string): Promise<readonly { readonly name: string; readonly kind: number }[]> {
    const found = await each(await this.#servicesOf(service), (name) => this.#client.operations(name));
    const unique = new Map(found.flat().map((operation) => [`${operation.kind} ${operation.name}`, operation]));
    return [...unique.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.kind - b.kind));
  }

  async attributeNames(scope: "span" | "resource", fromMs: number): Promise<readonly string[]> {
    const spans = await this.#recent(fromMs);
    const of = (span: FileSpan): object => (scope === "span" ? span.attributes : span.resource);
    return [...new Set(spans.flatMap((span) => Object.keys(of(span))))].sort();
  }

  async values(field: Field, fromMs: number): Promise<readonly string[]> {
    if (field.kind === "intrinsic" && (field.name === "service" || field.name === "rootServiceName"))
      return this.services();
    const spans = await this.#recent(fromMs);
    const values = spans.flatMap((span) => valuesOf(span, field)).map(String);
    return [...new Set(values)].sort();
  }

  /** Traces, the newest first. */
  async #find(search: SpanSearch): Promise<readonly (readonly [string, readonly FileSpan[]])[]> {
    const { fromMs, settledMs, tags, limit } = search;
    const services = await this.#servicesOf(search.service);
    const share = Math.ceil(CANDIDATES.inAll / Math.max(1, services.length));
    const candidates = Math.min(CANDIDATES.max, limit * CANDIDATES.times, share);
    const found = await each(services, (service) =>
      this.#client.search({
        ...{ service, fromMs, toMs: settledMs, limit: candidates },
        ...(tags === undefined ? {} : { tags }),
      }),
    );
    const traces = new Map<string, Map<string, FileSpan>>();
    for (const span of found.flat()) {
      const known = traces.get(span.traceId) ?? new Map<string, FileSpan>();
      traces.set(span.traceId, known.set(`${span.spanId} ${span.service}`, span));
    }
    return [...traces]
      .map(([traceId, spans]) => [traceId, [...spans.values()]] as const)
      .filter(([, spans]) => isAskedFor(spans, search))
      .map(([traceId, spans]) => ({
        traceId,
        spans,
        newest: spans.reduce((newest, { startMs }) => Math.max(newest, startMs), 0),
      }))
      .sort((a, b) => b.newest - a.newest)
      .slice(0, limit)
      .map(({ traceId, spans }) => [traceId, spans] as const);
  }

  /** The names by which Jaeger knows a service; all where none is asked for. */
  async #servicesOf(wanted: string | undefined): Promise<readonly string[]> {
    const names = await this.#client.services();
    if (wanted === undefined) return names.slice(0, SERVICES_MAX);
    const parted = partService(wanted);
    return names
      .filter((service) => isOfService({ service, resource: {} }, wanted) || service === parted?.app)
      .slice(0, SERVICES_MAX);
  }

  async #recent(fromMs: number): Promise<readonly FileSpan[]> {
    const found = await this.#find({ fromMs, settledMs: this.#now(), limit: NAMED_TRACES });
    return found.flatMap(([, spans]) => spans);
  }
}

function valuesOf(span: FileSpan, field: Field): readonly (string | number | boolean)[] {
  if (field.kind === "attribute") {
    const { attributes, resource } = span;
    const places =
      field.scope === "span" ? [attributes] : field.scope === "resource" ? [resource] : [attributes, resource];
    return places.flatMap((of) => (Object.hasOwn(of, field.name) ? [of[field.name] ?? ""] : []));
  }
  if (field.name === "name" || field.name === "rootName") return [span.operation];
  if (field.name === "status" || field.name === "kind") return [span[field.name]];
  return [];
}

/** A few at a time. */
async function each<T, R>(of: readonly T[], ask: (one: T) => Promise<R>): Promise<R[]> {
  const answers: R[] = [];
  for (let at = 0; at < of.length; at += AT_ONCE)
    answers.push(...(await Promise.all(of.slice(at, at + AT_ONCE).map(ask))));
  return answers;
}
