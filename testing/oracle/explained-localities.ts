import { type Cause, explainedBy, hasMember, withMembers } from "#testing/oracle/without-causes.ts";

const LABEL = /^([^=]*)=/;

/** Labels that stand in the list with a value, by their names. */
function valuesOf(labels: readonly string[]): ReadonlyMap<string, string> {
  return new Map(labels.flatMap((each) => (LABEL.test(each) ? [[LABEL.exec(each)?.[1] ?? "", each]] : [])));
}

const isTwice = (value: unknown): boolean => {
  const labels = value as readonly string[];
  return labels.some((each) => valuesOf(labels).has(each));
};

/** What has callers prefer otherwise on purpose. */
export const LOCALITY_CAUSES: readonly Cause[] = [
  {
    why: "endpoints that are looked up are held against labels as those with addresses are",
    isIn: (documents) =>
      hasMember(documents, "resolution", (each) => each === "DNS") && hasMember(documents, "failoverPriority"),
    inIstio: (documents) =>
      withMembers(documents, (name, value) => {
        if (name === "resolution") return "STATIC";
        return name === "address" ? addressOf(String(value)) : value;
      }),
  },
  {
    why: "a label that stands twice in failoverPriority means each time what is written there",
    isIn: (documents) => hasMember(documents, "failoverPriority", isTwice),
    here: (documents) =>
      withMembers(documents, (name, value) => {
        if (name !== "failoverPriority") return value;
        const labels = value as readonly string[];
        return labels.map((each) => valuesOf(labels).get(each) ?? each);
      }),
  },
];

/** Of the endpoint that is looked up by a name the address that it has where it is not: both stand for it. */
export function addressOf(name: string): string {
  return name.replace(/^h(\d)\.example\.com$/, "10.0.0.$1");
}

/** Callers that prefer otherwise on purpose. */
export const EXPLAINED_LOCALITIES = explainedBy("localities", LOCALITY_CAUSES);
