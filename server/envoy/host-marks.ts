import type { RouteNeeds } from "#server/envoy/features/http-filter.ts";
import type { BuiltVirtualHost } from "#server/envoy/routes/virtual-hosts.ts";

/** Which hosts ask for one thing, by route configuration. */
class Mark {
  readonly #hosts = new Map<string, Set<string>>();

  has(routeConfig: string): boolean {
    return this.#hosts.has(routeConfig);
  }

  /** True where the first of them came or the last went. */
  enter(routeConfig: string, host: string, asks: boolean): boolean {
    const hosts = this.#hosts.get(routeConfig) ?? new Set<string>();
    const before = hosts.size > 0;
    if (asks) hosts.add(host);
    else hosts.delete(host);
    if (hosts.size === 0) this.#hosts.delete(routeConfig);
    else this.#hosts.set(routeConfig, hosts);
    return before !== hosts.size > 0;
  }
}

/** What hosts ask of the listeners of their route configurations: what one asks for, all of a configuration get. */
export class HostMarks {
  readonly #detected = new Mark();
  readonly #grpcWeb = new Mark();
  readonly #lookedUp = new Mark();

  /** Notes what a host's virtual hosts in a route configuration ask for; true where the configuration's listener has to be another. */
  enter(routeConfig: string, host: string, built: readonly BuiltVirtualHost[]): boolean {
    const changes = [
      this.#detected.enter(
        routeConfig,
        host,
        built.some(({ isDetected }) => isDetected),
      ),
      this.#grpcWeb.enter(
        routeConfig,
        host,
        built.some(({ needs }) => needs.takesGrpcWeb),
      ),
      this.#lookedUp.enter(
        routeConfig,
        host,
        built.some(({ needs }) => needs.looksUpHosts),
      ),
    ];
    return changes.includes(true);
  }

  /** Callers may speak HTTP or not. */
  isDetected(routeConfig: string): boolean {
    return this.#detected.has(routeConfig);
  }

  needsOf(routeConfig: string): RouteNeeds {
    return { takesGrpcWeb: this.#grpcWeb.has(routeConfig), looksUpHosts: this.#lookedUp.has(routeConfig) };
  }

  /** Equal where all of it is. */
  format(routeConfig: string): string {
    const { takesGrpcWeb, looksUpHosts } = this.needsOf(routeConfig);
    return `${this.isDetected(routeConfig) ? "?" : ""}${takesGrpcWeb ? "w" : ""}${looksUpHosts ? "n" : ""}`;
  }
}
