import { create } from "@bufbuild/protobuf";
import { WINDOW_MS } from "#core/telemetry/buckets.ts";
import { histogramOf } from "#core/telemetry/histogram.ts";
import {
  type RequestSample,
  RequestSampleSchema,
  RequestShapeSchema,
  type RequestWindow,
  RequestWindowSchema,
} from "#proto/gen/pharos/agent/v1/agent_pb.js";
import { hostOf, inboundPortOf, type MeshSize, NAMESPACE, nameOf, SERVICE_PORT } from "./mesh-of-agents.ts";

/** Requests of each set of labels in a whole window: two a second. */
const REQUESTS_A_WINDOW = 20;
/** Ready-made figures for each count: making them is no part of what is measured. */
const VARIANTS = 16;
const SAMPLES = 8;

type Figures = Pick<
  RequestWindow,
  | "count"
  | "requestBytes"
  | "responseBytes"
  | "durationSumMs"
  | "durations"
  | "requestSizes"
  | "responseSizes"
  | "shapes"
>;

/** Durations with a long tail, sizes of a few kinds: as many buckets in use as of real requests. */
function makeFigures(count: number, variant: number): Figures {
  const each = Array.from({ length: count }, (_, index) => (index * 7919 + variant * 104_729) % 1000);
  const durations = each.map((seed) => Math.max(1, Math.round(8 * Math.exp((seed - 300) / 350))));
  const [requests, responses] = [each.map((seed) => 80 + (seed % 4) * 40), each.map((seed) => 500 + (seed % 9) * 90)];
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  const reads = Math.ceil(count * 0.8);
  const shapes = [
    { method: "GET", pathTemplate: "/items/{}", count: BigInt(reads) },
    { method: "POST", pathTemplate: "/items", count: BigInt(count - reads) },
  ];
  return {
    count: BigInt(count),
    requestBytes: BigInt(sum(requests)),
    responseBytes: BigInt(sum(responses)),
    durationSumMs: sum(durations),
    durations: histogramOf(durations),
    requestSizes: histogramOf(requests),
    responseSizes: histogramOf(responses),
    shapes: shapes.filter((shape) => shape.count > 0n).map((shape) => create(RequestShapeSchema, shape)),
  };
}

const FIGURES = Array.from({ length: REQUESTS_A_WINDOW + 1 }, (_, count) =>
  Array.from({ length: VARIANTS }, (_, variant) => makeFigures(count, variant)),
);

/** What the agent of one instance sees: each of its calls and of those that come to it, all at the same rate. */
export class AgentWindows {
  readonly #templates: readonly RequestWindow[];
  readonly #index: number;
  #told = 0;

  constructor(index: number, size: MeshSize) {
    this.#index = index;
    const { services, calls, replicas } = size;
    const own = Math.floor(index / replicas);
    const around = (steps: number): number => (((own + steps) % services) + services) % services;
    const each = Array.from({ length: calls }, (_, step) => step + 1);
    this.#templates = [
      ...each.map((step) => windowOf("source", own, around(step), SERVICE_PORT)),
      ...each.map((step) => windowOf("destination", around(-step), own, inboundPortOf(index))),
    ];
  }

  /** As a fold at `toMs` counts what ended since `fromMs`: of each window that lies between, the part. */
  between(fromMs: number, toMs: number): RequestWindow[] {
    const windows: RequestWindow[] = [];
    for (let startMs = Math.floor(fromMs / WINDOW_MS) * WINDOW_MS; startMs < toMs; startMs += WINDOW_MS) {
      const part = (Math.min(toMs, startMs + WINDOW_MS) - Math.max(fromMs, startMs)) / WINDOW_MS;
      const count = Math.round(part * REQUESTS_A_WINDOW);
      if (count === 0) continue;
      for (const template of this.#templates) {
        const figures = FIGURES[count]?.[this.#told++ % VARIANTS];
        windows.push({ ...template, ...figures, windowStartMs: BigInt(startMs) });
      }
    }
    return windows;
  }

  /** The few requests that an ordinary report tells one by one. */
  samples(nowMs: number): RequestSample[] {
    return this.#templates.slice(0, SAMPLES).map((window, place) =>
      create(RequestSampleSchema, {
        startMs: BigInt(nowMs - place * 100),
        reporter: window.reporter,
        durationMs: 5 + place,
        method: "GET",
        path: `/items/${(this.#told + place) % 10_000}`,
        pathTemplate: "/items/{}",
        authority: nameOf(place),
        responseCode: 200,
        responseFlags: "-",
        responseCodeDetails: "via_upstream",
        requestId: `${this.#index}-${this.#told}-${place}`,
        sourceWorkload: window.sourceWorkload,
        sourceWorkloadNamespace: NAMESPACE,
        destinationService: window.destinationService,
        destinationWorkload: window.destinationWorkload,
        destinationWorkloadNamespace: NAMESPACE,
        destinationVersion: "v1",
        destinationPort: window.destinationPort,
        requestProtocol: "http",
        connectionSecurityPolicy: "mutual_tls",
        requestBytes: 100n,
        responseBytes: 900n,
        weight: 12,
      }),
    );
  }
}

function windowOf(reporter: "source" | "destination", from: number, to: number, port: number): RequestWindow {
  const principal = (service: number): string => `spiffe://cluster.local/ns/${NAMESPACE}/sa/${nameOf(service)}`;
  return create(RequestWindowSchema, {
    windowMs: WINDOW_MS,
    reporter,
    sourceWorkload: nameOf(from),
    sourceWorkloadNamespace: NAMESPACE,
    sourceApp: nameOf(from),
    sourceVersion: "v1",
    sourcePrincipal: principal(from),
    destinationWorkload: nameOf(to),
    destinationWorkloadNamespace: NAMESPACE,
    destinationApp: nameOf(to),
    destinationVersion: "v1",
    destinationPrincipal: principal(to),
    destinationService: hostOf(to),
    destinationPort: port,
    requestProtocol: "http",
    responseCode: 200,
    responseFlags: "-",
    connectionSecurityPolicy: "mutual_tls",
  });
}
