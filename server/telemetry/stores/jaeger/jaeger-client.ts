import { z } from "zod";
import { PharosError } from "#core/errors.ts";
import type { FileSpan } from "#core/telemetry/read-file-part.ts";
import { readJaegerTraces } from "#core/telemetry/read-jaeger-trace.ts";
import { SPAN_KINDS } from "#core/telemetry/trace.ts";
import { askJson, type JsonAddress } from "#server/telemetry/stores/ask-json.ts";

/** What Jaeger's search can ask for; times in ms. */
export interface JaegerSearch {
  readonly service: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly tags?: Readonly<Record<string, string>>;
  readonly limit: number;
}

const Data = z.object({ data: z.unknown() });
const Names = z.array(z.string()).nullable();
const Operations = z.array(z.object({ name: z.string(), spanKind: z.string().default("") })).nullable();

/** Jaeger's query API, as its own page asks it. Rejects with "unavailable" where it is not answered. */
export class JaegerClient {
  readonly #address: JsonAddress;

  constructor(address: JsonAddress) {
    this.#address = address;
  }

  async services(): Promise<readonly string[]> {
    return this.#read(Names, await this.#ask("/api/services")) ?? [];
  }

  /** Kinds by OTLP's number. */
  async operations(service: string): Promise<readonly { readonly name: string; readonly kind: number }[]> {
    const params = new URLSearchParams({ service });
    const found = this.#read(Operations, await this.#ask(`/api/operations?${params}`)) ?? [];
    return found.map(({ name, spanKind }) => ({
      name,
      kind: Math.max(0, SPAN_KINDS.indexOf(spanKind as (typeof SPAN_KINDS)[number])),
    }));
  }

  /** Spans of traces of which one span is of the service, the newest traces first. */
  async search({ service, fromMs, toMs, tags = {}, limit }: JaegerSearch): Promise<readonly FileSpan[]> {
    const params = new URLSearchParams({
      service,
      start: String(Math.floor(fromMs * 1000)),
      end: String(Math.ceil(toMs * 1000)),
      limit: String(limit),
    });
    if (Object.keys(tags).length > 0) params.set("tags", JSON.stringify(tags));
    return this.#spans(await this.#ask(`/api/traces?${params}`));
  }

  /** Empty for a trace that is not known. */
  async trace(traceId: string): Promise<readonly FileSpan[]> {
    return this.#spans(await this.#ask(`/api/traces/${encodeURIComponent(traceId)}`));
  }

  #spans(data: unknown): readonly FileSpan[] {
    try {
      return readJaegerTraces(data ?? [], "data");
    } catch (cause) {
      throw new PharosError("unavailable", `${this.#address.url}: ${PharosError.from(cause).message}`, { cause });
    }
  }

  #read<T extends z.ZodType>(schema: T, data: unknown): z.output<T> {
    const read = schema.safeParse(data);
    if (read.success) return read.data;
    throw new PharosError("unavailable", `${this.#address.url} answers otherwise than Jaeger does`);
  }

  async #ask(path: string): Promise<unknown> {
    const { status, value, text } = await askJson(this.#address, path, "--jaeger-headers");
    if (status === 404) return null;
    const read = Data.safeParse(value);
    if (status !== 200 || !read.success)
      throw new PharosError("unavailable", `${this.#address.url} answered ${status}: ${text}`);
    return read.data.data;
  }
}
