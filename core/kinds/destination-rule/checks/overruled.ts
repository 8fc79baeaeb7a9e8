import type { Finding, ListCheck } from "#core/check/rule.ts";
import { byAge } from "#core/resource/by-age.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";
import type { Path } from "#core/schema/path.ts";

type Rule = Resource<"DestinationRule">;

/** Rules of one host are put together: of what two say the older's holds, and what the younger says of it is not heard. */
export const overruledRule: ListCheck<"DestinationRule"> = {
  code: "rule-overruled",
  kiali: "KIA0201",
  summary:
    "Two DestinationRules of one namespace for the same host both have a trafficPolicy, or a subset of one name, and they differ: the older's alone holds.",
  check(rules, { hosts }) {
    const met = Map.groupBy(rules, ({ spec, metadata }) =>
      JSON.stringify([
        metadata.namespace,
        hosts.resolve(spec.host, metadata.namespace),
        spec.workloadSelector?.matchLabels,
        [...(spec.exportTo ?? [])].sort(),
      ]),
    );
    return [...met.values()].flatMap((same) => (same.length < 2 ? [] : findOverruled([...same].sort(byAge))));
  },
};

function findOverruled(byAgeOfRules: readonly Rule[]): Finding[] {
  const said = new Map<string, { readonly by: Rule; readonly text: string }>();
  return byAgeOfRules.flatMap((rule) =>
    listSaid(rule).flatMap(({ name, value, path }): Finding[] => {
      const text = JSON.stringify(value);
      const older = said.get(name);
      if (older === undefined) said.set(name, { by: rule, text });
      if (older === undefined || older.by === rule || older.text === text) return [];
      return [
        {
          severity: "warning",
          resource: formatRef(refOf(rule)),
          path,
          message: `${formatRef(refOf(older.by))} is older and says otherwise of the same host: this does not apply`,
          hint: "write both into one",
        },
      ];
    }),
  );
}

function listSaid({ spec }: Rule): readonly { readonly name: string; readonly value: unknown; readonly path: Path }[] {
  const { trafficPolicy, subsets = [] } = spec;
  return [
    ...(trafficPolicy === undefined
      ? []
      : [{ name: "trafficPolicy", value: trafficPolicy, path: ["spec", "trafficPolicy"] }]),
    ...subsets.map((subset, index) => ({
      name: `subset ${subset.name}`,
      value: subset,
      path: ["spec", "subsets", index],
    })),
  ];
}
