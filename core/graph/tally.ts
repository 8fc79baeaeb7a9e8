import { BUCKET_COUNT } from "#core/telemetry/buckets.ts";
import { type Outcome, outcomeOf, type TrafficRow } from "#core/telemetry/traffic.ts";

export interface ResponseTally {
  readonly code: number;
  readonly flags: string;
  readonly grpcStatus: string;
  readonly hosts: Map<string, number>;
  count: number;
}

/** Sums of requests between two ends. */
export class Tally {
  count = 0;
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
  readonly buckets = new Float64Array(BUCKET_COUNT);
  readonly responses = new Map<string, ResponseTally>();
  readonly deniedBy = new Set<string>();
  readonly services = new Set<string>();
  readonly sourcePrincipals = new Set<string>();
  readonly destinationPrincipals = new Set<string>();

  addRow(row: TrafficRow): void {
    const { key, count } = row;
    this.count += count;
    this.requestBytes += row.requestBytes;
    this.responseBytes += row.responseBytes;
    if (key.security === "mutual_tls") this.secured += count;
    else if (key.security === "none") this.plain += count;
    this.outcomes[outcomeOf(key)] += count;
    for (let index = 0; index < BUCKET_COUNT; index += 1)
      this.buckets[index] = (this.buckets[index] ?? 0) + (row.buckets[index] ?? 0);
    this.#addResponse(key.responseCode, key.responseFlags, key.grpcStatus, key.destinationService, count);
    if (key.deniedBy !== "") this.deniedBy.add(key.deniedBy);
    if (key.destinationService !== "unknown") this.services.add(key.destinationService);
    if (key.sourcePrincipal !== "unknown") this.sourcePrincipals.add(key.sourcePrincipal);
    if (key.destinationPrincipal !== "unknown") this.destinationPrincipals.add(key.destinationPrincipal);
  }

  add(other: Tally): void {
    this.count += other.count;
    this.requestBytes += other.requestBytes;
    this.responseBytes += other.responseBytes;
    this.secured += other.secured;
    this.plain += other.plain;
    for (const outcome of Object.keys(this.outcomes) as Outcome[]) this.outcomes[outcome] += other.outcomes[outcome];
    for (let index = 0; index < BUCKET_COUNT; index += 1)
      this.buckets[index] = (this.buckets[index] ?? 0) + (other.buckets[index] ?? 0);
    for (const { code, flags, grpcStatus, hosts } of other.responses.values()) {
      for (const [host, count] of hosts) this.#addResponse(code, flags, grpcStatus, host, count);
    }
    for (const name of ["deniedBy", "services", "sourcePrincipals", "destinationPrincipals"] as const) {
      for (const value of other[name]) this[name].add(value);
    }
  }

  /** Requests that the called end refused, which the caller's end saw as an ordinary 403. */
  addDenials(count: number, policies: Iterable<string>): void {
    const { outcomes } = this;
    let left = count;
    for (const outcome of ["client-error", "grpc-error", "no-response"] as const) {
      const moved = Math.min(left, outcomes[outcome]);
      outcomes[outcome] -= moved;
      outcomes.denied += moved;
      left -= moved;
    }
    for (const policy of policies) this.deniedBy.add(policy);
  }

  get errorPercent(): number {
    if (this.count === 0) return 0;
    const { outcomes } = this;
    return (
      ((outcomes["server-error"] + outcomes["no-response"] + outcomes["grpc-error"] + outcomes.denied) / this.count) *
      100
    );
  }

  #addResponse(code: number, flags: string, grpcStatus: string, host: string, count: number): void {
    const name = `${code} ${flags} ${grpcStatus}`;
    let response = this.responses.get(name);
    if (response === undefined) {
      response = { code, flags, grpcStatus, hosts: new Map(), count: 0 };
      this.responses.set(name, response);
    }
    response.count += count;
    response.hosts.set(host, (response.hosts.get(host) ?? 0) + count);
  }
}
