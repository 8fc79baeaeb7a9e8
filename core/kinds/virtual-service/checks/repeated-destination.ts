import type { EachCheck, Finding } from "#core/check/rule.ts";
import type { Destination } from "#core/kinds/virtual-service/destination.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";
import type { Path } from "#core/schema/path.ts";

/** Weights of one destination add up, which is rarely what was meant by writing it twice. */
export const repeatedDestination: EachCheck<"VirtualService"> = {
  code: "destination-repeated",
  kiali: "KIA1105",
  summary: "A rule of a VirtualService names one destination twice; the weights of both add up.",
  each: (resource, { hosts }) => {
    const { namespace } = resource.metadata;
    const idOf = ({ destination }: Routed): string =>
      [hosts.resolve(destination.host, namespace), destination.subset ?? "", destination.port?.number ?? ""].join(" ");
    return (["http", "tls", "tcp"] as const).flatMap((kind) =>
      (resource.spec[kind] ?? []).flatMap(({ route = [] }: { readonly route?: readonly Routed[] }, rule) => {
        const ids = route.map(idOf);
        return route.flatMap((each, index): Finding[] => {
          const first = ids.indexOf(ids[index] ?? "");
          // Headers of its own tell it from the other: part of the requests gets them.
          if (first === index || JSON.stringify(route[first]?.headers) !== JSON.stringify(each.headers)) return [];
          const path: Path = ["spec", kind, rule, "route", index, "destination"];
          return [
            {
              severity: "warning",
              resource: formatRef(refOf(resource)),
              path,
              message: `the rule sends requests to ${each.destination.host}${each.destination.subset === undefined ? "" : ` (${each.destination.subset})`} already: the weights of both add up`,
              hint: "write it once, with the sum; or name the subset that was meant",
            },
          ];
        });
      }),
    );
  },
};

interface Routed {
  readonly destination: Destination;
  readonly headers?: unknown;
}
