import { create } from "@bufbuild/protobuf";
import { type AccessEntry, numberOf, textOf, wholeOf } from "#core/telemetry/access-entry.ts";
import type { TrafficKey } from "#core/telemetry/dimensions.ts";
import { wireOfKey } from "#core/telemetry/traffic-key.ts";
import { type RequestSample, RequestSampleSchema } from "#proto/gen/pharos/agent/v1/agent_pb.js";

/** From 0 to below 1. */
export type Random = () => number;

/** Of one batch, which is a second or two of traffic. */
const TROUBLE_MAX = 100;
const ORDINARY_MAX = 8;
/** Of what callers choose: lines may hold sixty kilobytes of it. */
const TEXT_CHARS_MAX = 500;
const UINT32_MAX = 2 ** 32 - 1;

interface Seen {
  readonly entry: AccessEntry;
  readonly labels: TrafficKey;
}

/** A few requests to look at: every error and denial as far as they fit, and of the rest each one with the same chance. */
export class SampleRequests {
  readonly #random: Random;
  readonly #trouble: Seen[] = [];
  readonly #ordinary: Seen[] = [];
  #troubleSeen = 0;
  #ordinarySeen = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  offer(entry: AccessEntry, labels: TrafficKey): void {
    if (labels.protocol === "tcp") return;
    const code = numberOf(entry.c);
    const isTrouble = code >= 400 || code === 0 || labels.deniedBy !== "" || labels.grpcStatus > "0";
    if (isTrouble) this.#troubleSeen = this.#reservoir(this.#trouble, TROUBLE_MAX, this.#troubleSeen, entry, labels);
    else this.#ordinarySeen = this.#reservoir(this.#ordinary, ORDINARY_MAX, this.#ordinarySeen, entry, labels);
  }

  take(): RequestSample[] {
    return [...this.#trouble, ...this.#ordinary].map(toSample);
  }

  /** Algorithm R: keeps each of `seen` with the same chance. */
  #reservoir(kept: Seen[], max: number, seen: number, entry: AccessEntry, labels: TrafficKey): number {
    if (kept.length < max) kept.push({ entry, labels });
    else {
      const place = Math.floor(this.#random() * (seen + 1));
      if (place < max) kept[place] = { entry, labels };
    }
    return seen + 1;
  }
}

function toSample({ entry, labels }: Seen): RequestSample {
  const {
    reporter,
    sourceWorkload,
    sourceWorkloadNamespace,
    sourcePrincipal,
    destinationService,
    destinationWorkload,
    destinationWorkloadNamespace,
    destinationVersion,
    deniedBy,
    requestProtocol,
    connectionSecurityPolicy,
  } = wireOfKey(labels);
  return create(RequestSampleSchema, {
    startMs: BigInt(wholeOf(entry.t)),
    reporter,
    durationMs: wholeOf(entry.d, UINT32_MAX),
    method: shortOf(entry.m),
    // Queries hold secrets more often than answers.
    path: (textOf(entry.p).split("?")[0] ?? "").slice(0, TEXT_CHARS_MAX),
    authority: shortOf(entry.a),
    responseCode: wholeOf(entry.c, UINT32_MAX),
    responseFlags: shortOf(entry.f) || "-",
    responseCodeDetails: shortOf(entry.cd),
    traceId: shortOf(entry.ti),
    requestId: shortOf(entry.ri),
    sourceWorkload,
    sourceWorkloadNamespace,
    sourcePrincipal,
    destinationService,
    destinationWorkload,
    destinationWorkloadNamespace,
    destinationVersion,
    routeName: shortOf(entry.rn),
    upstreamHost: shortOf(entry.uh),
    deniedBy,
    requestBytes: BigInt(wholeOf(entry.bi)),
    responseBytes: BigInt(wholeOf(entry.bo)),
    requestProtocol,
    connectionSecurityPolicy,
  });
}

function shortOf(value: unknown): string {
  return textOf(value).slice(0, TEXT_CHARS_MAX);
}
