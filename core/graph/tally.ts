import { appended } from "#core/graph/appended.ts";
import { isAuthorizerRefusal } from "#core/telemetry/authorizer-refusal.ts";
import type { TrafficKey } from "#core/telemetry/dimensions.ts";
import type { HistogramPart } from "#core/telemetry/histogram.ts";
import { isOwnAnswer } from "#core/telemetry/own-answer.ts";
import { isRefusal } from "#core/telemetry/refused-connection.ts";
import { type Outcome, outcomeOf, type TrafficRow } from "#core/telemetry/traffic.ts";

/** Of every list that nothing came into; never pushed to. */
const NONE: readonly never[] = [];

export interface ResponseTally {
  readonly code: number;
  readonly flags: string;
  readonly grpcStatus: string;
  readonly hosts: { readonly host: string; count: number }[];
  count: number;
}

/** Answers that are alike: all that health may be judged by. */
export interface AnswerTally {
  readonly outcome: Outcome;
  readonly protocol: TrafficKey["protocol"];
  /** 0 for none. */
  readonly code: number;
  readonly grpcStatus: string;
  /** "-" for none. */
  readonly flags: string;
  count: number;
}

/**
 * Sums of requests between two ends. Lists instead of maps and sets: they hold one or two entries, and a mesh has
 * thousands of ends.
 */
export class Tally {
  count = 0;
  /** Copies that routes' mirrors made; in none of the other sums. */
  mirrored = 0;
  /** TCP connections: of these `count` is a sum too. */
  connections = 0;
  /** TCP connections that began. */
  opened = 0;
  /** What its callers' own proxies turned down: it never left. Of a called end's tally no part of `count`. */
  blocked = 0;
  /** How these did: `own[CAUSE]`. */
  ownAnswers: readonly string[] = NONE;
  /** Of `count`, what the called end has not seen though it is there to report: its callers alone tell of it. */
  unseen = 0;
  requestBytes = 0;
  responseBytes = 0;
  secured = 0;
  plain = 0;
  readonly outcomes: Record<Outcome, number> = {
    ok: 0,
    "client-error": 0,
    "server-error": 0,
    "no-response": 0,
    "grpc-error": 0,
    denied: 0,
  };
  /** Of `count`, those over gRPC. */
  grpc = 0;
  /** What did not simply go well: without flags and below 300 it is in `outcomes` alone. */
  answers: readonly AnswerTally[] = NONE;
  /** How long what is counted took. */
  durations: readonly HistogramPart[] = NONE;
  responses: readonly ResponseTally[] = NONE;
  deniedBy: readonly string[] = NONE;
  services: readonly string[] = NONE;
  sourcePrincipals: readonly string[] = NONE;
  destinationPrincipals: readonly string[] = NONE;
  /** Of callers without a certificate. */
  sourceAddresses: readonly { readonly address: string; count: number }[] = NONE;

  addRow(row: TrafficRow): void {
    const { key, count } = row;
    this.count += count;
    if (key.protocol === "tcp") this.connections += count;
    else if (key.protocol === "grpc") this.grpc += count;
    this.opened += row.opened;
    if (isOwnAnswer(key.deniedBy)) this.addBlocked({ blocked: count, ownAnswers: [key.deniedBy] });
    this.requestBytes += row.requestBytes;
    this.responseBytes += row.responseBytes;
    this.#addSecurity(key, count);
    const outcome = outcomeOf(key);
    this.outcomes[outcome] += count;
    if (outcome !== "ok" || key.responseFlags !== "-" || key.responseCode >= 300)
      this.#addAnswer(outcome, key.protocol, key.responseCode, key.grpcStatus, key.responseFlags, count);
    if (row.durations.length > 0)
      this.durations = appended(this.durations, { histogram: row.durations, share: row.share ?? 1 });
    this.#addResponse(key.responseCode, key.responseFlags, key.grpcStatus, key.destinationService, count);
    if (key.deniedBy !== "") this.deniedBy = included(this.deniedBy, key.deniedBy);
    if (key.sourceAddress !== "") this.#addAddress(key.sourceAddress, count);
    if (key.destinationService !== "unknown") this.services = included(this.services, key.destinationService);
    if (key.sourcePrincipal !== "unknown") this.sourcePrincipals = included(this.sourcePrincipals, key.sourcePrincipal);
    if (key.destinationPrincipal !== "unknown")
      this.destinationPrincipals = included(this.destinationPrincipals, key.destinationPrincipal);
  }

  add(other: Tally): void {
    this.addOutcomes(other);
    this.requestBytes += other.requestBytes;
    this.responseBytes += other.responseBytes;
    this.secured += other.secured;
    this.plain += other.plain;
    this.mirrored += other.mirrored;
    this.opened += other.opened;
    for (const part of other.durations) this.durations = appended(this.durations, part);
    for (const { code, flags, grpcStatus, hosts } of other.responses) {
      for (const { host, count } of hosts) this.#addResponse(code, flags, grpcStatus, host, count);
    }
    for (const { address, count } of other.sourceAddresses) this.#addAddress(address, count);
    for (const name of ["services", "sourcePrincipals", "destinationPrincipals"] as const) {
      for (const value of other[name]) this[name] = included(this[name], value);
    }
  }

  /** What health is judged by, and nothing else: what nodes need of their edges. */
  addOutcomes(other: Tally): void {
    this.count += other.count;
    this.connections += other.connections;
    this.grpc += other.grpc;
    for (const { outcome, protocol, code, grpcStatus, flags, count } of other.answers)
      this.#addAnswer(outcome, protocol, code, grpcStatus, flags, count);
    this.addBlocked(other);
    this.unseen += other.unseen;
    const { outcomes } = this;
    outcomes.ok += other.outcomes.ok;
    outcomes["client-error"] += other.outcomes["client-error"];
    outcomes["server-error"] += other.outcomes["server-error"];
    outcomes["no-response"] += other.outcomes["no-response"];
    outcomes["grpc-error"] += other.outcomes["grpc-error"];
    outcomes.denied += other.outcomes.denied;
    for (const policy of other.deniedBy) this.deniedBy = included(this.deniedBy, policy);
  }

  addBlocked({ blocked, ownAnswers }: Pick<Tally, "blocked"> & { readonly ownAnswers: readonly string[] }): void {
    this.blocked += blocked;
    for (const mark of ownAnswers) this.ownAnswers = included(this.ownAnswers, mark);
  }

  /** What the called end tells of requests that are counted already, as their caller saw them. */
  addBeside({ key, count }: TrafficRow, isSecurityKnown: boolean): void {
    if (!isSecurityKnown) this.#addSecurity(key, count);
    if (key.destinationPrincipal !== "unknown")
      this.destinationPrincipals = included(this.destinationPrincipals, key.destinationPrincipal);
    if (key.destinationService !== "unknown") this.services = included(this.services, key.destinationService);
    if (key.deniedBy === "") return;
    this.deniedBy = included(this.deniedBy, key.deniedBy);
    // The caller saw an ordinary 403, or a connection that broke, or that was closed as any other; refused without mTLS, a 503.
    const { outcomes } = this;
    let left = count;
    for (const outcome of seenAs(key)) {
      const moved = Math.min(left, outcomes[outcome]);
      outcomes[outcome] -= moved;
      outcomes.denied += moved;
      this.#deny(outcome, moved);
      left -= moved;
    }
  }

  /** All that did not go well, 4xx too: the shares that health is judged by are parts of it. */
  get errorPercent(): number {
    if (this.count === 0) return 0;
    const { outcomes } = this;
    const errors =
      outcomes["client-error"] +
      outcomes["server-error"] +
      outcomes["no-response"] +
      outcomes["grpc-error"] +
      outcomes.denied;
    return (errors / this.count) * 100;
  }

  #addAnswer(
    outcome: Outcome,
    protocol: TrafficKey["protocol"],
    code: number,
    grpcStatus: string,
    flags: string,
    count: number,
  ): void {
    for (const answer of this.answers) {
      if (
        answer.code === code &&
        answer.outcome === outcome &&
        answer.flags === flags &&
        answer.grpcStatus === grpcStatus &&
        answer.protocol === protocol
      ) {
        answer.count += count;
        return;
      }
    }
    this.answers = appended(this.answers, { outcome, protocol, code, grpcStatus, flags, count });
  }

  /** So many of these were refused: which, nobody can tell. Connections that ended well are in no list until then. */
  #deny(from: Outcome, moved: number): void {
    let left = moved;
    for (const answer of [...this.answers]) {
      if (answer.outcome !== from || left <= 0) continue;
      const taken = Math.min(left, answer.count);
      answer.count -= taken;
      left -= taken;
      this.#addAnswer("denied", answer.protocol, answer.code, answer.grpcStatus, answer.flags, taken);
    }
    if (left > 0) this.#addAnswer("denied", "tcp", 0, "", "-", left);
  }

  #addAddress(address: string, count: number): void {
    const known = this.sourceAddresses.find((each) => each.address === address);
    if (known === undefined) this.sourceAddresses = appended(this.sourceAddresses, { address, count });
    else known.count += count;
  }

  #addSecurity({ security }: TrafficKey, count: number): void {
    if (security === "mutual_tls") this.secured += count;
    else if (security === "none") this.plain += count;
  }

  #addResponse(code: number, flags: string, grpcStatus: string, host: string, count: number): void {
    for (const response of this.responses) {
      if (response.code !== code || response.flags !== flags || response.grpcStatus !== grpcStatus) continue;
      response.count += count;
      const known = response.hosts.find((each) => each.host === host);
      if (known === undefined) response.hosts.push({ host, count });
      else known.count += count;
      return;
    }
    this.responses = appended(this.responses, { code, flags, grpcStatus, hosts: [{ host, count }], count });
  }
}

/** How callers see what was denied, the likeliest first. */
function seenAs({ protocol, deniedBy }: TrafficKey): readonly Outcome[] {
  if (protocol === "tcp") return ["no-response", "ok"];
  if (isRefusal(deniedBy)) return ["server-error", "no-response"];
  const seen: readonly Outcome[] = ["client-error", "grpc-error", "no-response"];
  // An authorizer answers with the code that it likes.
  return isAuthorizerRefusal(deniedBy) ? [...seen, "server-error"] : seen;
}

function included(list: readonly string[], value: string): readonly string[] {
  return list.includes(value) ? list : appended(list, value);
}
