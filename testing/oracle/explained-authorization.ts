import { type Cause, explainedBy, hasMember, withMembers } from "#testing/oracle/without-causes.ts";

/** A pattern that names the mesh's own trust domain. */
const PATTERN = /^cluster\.local(\/(?:ns\/[^/]*\/)?\*)$/;
/** All that a mesh of these cases may have. */
const ALIASES = ["old.net", "other.org"];
const LISTS = ["principals", "notPrincipals"];

interface Condition {
  readonly key: string;
  readonly values?: readonly string[];
  readonly notValues?: readonly string[];
}

const isPattern = (principals: unknown): boolean =>
  (principals as readonly string[]).some((each) => PATTERN.test(each));
const listsOf = ({ key, values = [], notValues = [] }: Condition): readonly string[] =>
  key === "source.principal" ? [...values, ...notValues] : [];

/** Beside each pattern the same of the aliases. */
function withAliases(principals: readonly string[]): readonly string[] {
  return principals.flatMap((each) => {
    const [, rest] = PATTERN.exec(each) ?? [];
    return rest === undefined ? [each] : [each, ...ALIASES.map((alias) => `${alias}${rest}`)];
  });
}

/** What lets callers in or refuses them otherwise on purpose. */
export const AUTHORIZATION_CAUSES: readonly Cause[] = [
  {
    why: "a pattern of principals that names a trust domain of the mesh is for its aliases too",
    isIn: (policies) =>
      LISTS.some((name) => hasMember(policies, name, isPattern)) ||
      hasMember(policies, "when", (all) => isPattern((all as readonly Condition[]).flatMap(listsOf))),
    inIstio: (policies) =>
      withMembers(policies, (name, value) => {
        if (LISTS.includes(name)) return withAliases(value as readonly string[]);
        if (name !== "when") return value;
        return (value as readonly Condition[]).map(({ key, values, notValues, ...rest }) => {
          const extended = key === "source.principal" ? withAliases : (all: readonly string[]) => all;
          return {
            key,
            ...rest,
            ...(values === undefined ? {} : { values: extended(values) }),
            ...(notValues === undefined ? {} : { notValues: extended(notValues) }),
          };
        });
      }),
  },
];

/** Callers who are let in or refused otherwise on purpose. */
export const EXPLAINED_AUTHORIZATION = explainedBy("authorization", AUTHORIZATION_CAUSES);
