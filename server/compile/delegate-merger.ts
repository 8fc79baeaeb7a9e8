import { isSameList } from "#core/is-same-list.ts";
import { delegatesOf, hasDelegates, mergeDelegates, type RoutingService } from "#core/resolve/delegates.ts";
import type { Resource } from "#core/resource/resource.ts";

type VirtualService = Resource<"VirtualService">;

interface Merged {
  readonly delegates: readonly (VirtualService | undefined)[];
  readonly merged: RoutingService;
}

/** VirtualServices with the routes of those that they delegate to, put together once for each and the same delegates. */
export class DelegateMerger {
  readonly #find: (namespace: string, name: string) => VirtualService | undefined;
  readonly #domainSuffix: string;
  readonly #roots = new WeakMap<VirtualService, Merged>();

  constructor(find: (namespace: string, name: string) => VirtualService | undefined, domainSuffix: string) {
    this.#find = find;
    this.#domainSuffix = domainSuffix;
  }

  /** Whoever asks depends on those that are delegated to, also where they are not there. */
  withDelegates(services: readonly VirtualService[]): readonly RoutingService[] {
    return services.some(hasDelegates)
      ? services.map((each) => (hasDelegates(each) ? this.#merge(each) : each))
      : services;
  }

  #merge(root: VirtualService): RoutingService {
    const delegates = delegatesOf(root).map((ref) => (ref === undefined ? undefined : this.#find(...ref)));
    const known = this.#roots.get(root);
    if (known !== undefined && isSameList(known.delegates, delegates)) return known.merged;
    const merged = mergeDelegates(root, this.#find, this.#domainSuffix);
    this.#roots.set(root, { delegates, merged });
    return merged;
  }
}
