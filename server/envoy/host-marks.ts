/** Which hosts ask something of the listeners of their route configurations: what one asks for, all of a configuration get. */
export class HostMarks {
  readonly #hosts = new Map<string, Set<string>>();

  /** Whether one of a route configuration's hosts asks for it. */
  has(routeConfig: string): boolean {
    return this.#hosts.has(routeConfig);
  }

  /** Notes whether a host does; true where the first of them came or the last went. */
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
