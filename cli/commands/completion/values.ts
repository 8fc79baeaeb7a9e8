import { KIND_NAMES, KINDS } from "#core/kinds/kinds.ts";

export interface Candidate {
  readonly word: string;
  readonly description: string;
}

/** What a server knows. Each answers nothing rather than fail: who presses Tab wants no error. */
export interface LookUp {
  /** Names of resources of these types (as they were typed) in the namespace that was typed, or in all. */
  names(types: string): Promise<readonly Candidate[]>;
  namespaces(): Promise<readonly Candidate[]>;
  proxies(): Promise<readonly Candidate[]>;
  revisions(): Promise<readonly Candidate[]>;
  joinTokens(): Promise<readonly Candidate[]>;
  /** Those that stand. */
  revocations(): Promise<readonly Candidate[]>;
}

/** What may stand in a place: words, or what only the shell can list. */
export type Values = readonly Candidate[] | "files" | "directories";

export interface Place {
  /** What was typed of it. */
  readonly typed: string;
  /** The verb's arguments before it. */
  readonly before: readonly string[];
  readonly lookUp: LookUp;
}

const plain = (word: string): Candidate => ({ word, description: "" });
const TYPES: readonly Candidate[] = [
  ...KIND_NAMES.map((kind) => ({ word: KINDS[kind].plural, description: KINDS[kind].short })),
  { word: "all", description: "every type" },
];

/** `vs/` → its names behind the slash; no slash yet → the types, to be followed by one. */
async function typeAndName({ typed, lookUp }: Place): Promise<readonly Candidate[]> {
  const slash = typed.indexOf("/");
  if (slash < 0) return TYPES.slice(0, -1).map(({ word, description }) => ({ word: `${word}/`, description }));
  const type = typed.slice(0, slash);
  return (await lookUp.names(type)).map(({ word, description }) => ({ word: `${type}/${word}`, description }));
}

/** `vs,dr,` → types once more. */
async function types(place: Place): Promise<readonly Candidate[]> {
  const { typed } = place;
  if (typed.includes("/")) return typeAndName(place);
  const comma = typed.lastIndexOf(",") + 1;
  const first = typed.slice(0, comma);
  return TYPES.filter(({ word }) => first === "" || word !== "all").map(({ word, description }) => ({
    word: `${first}${word}`,
    description,
  }));
}

async function names(place: Place): Promise<readonly Candidate[]> {
  const [first = "", ...rest] = place.before;
  if (first.includes("/")) return typeAndName(place);
  return (await place.lookUp.names(first)).filter(({ word }) => !rest.includes(word));
}

/** What stands in a place that is called so in a verb's help (`<namespace>`, `[names...]`). Others are free text. */
export const VALUES: Readonly<Record<string, (place: Place) => Values | Promise<Values>>> = {
  path: () => "files",
  file: () => "files",
  dir: () => "directories",
  type: types,
  names,
  resource: typeAndName,
  namespace: ({ lookUp }) => lookUp.namespaces(),
  group: ({ lookUp }) => lookUp.names("workloadgroups"),
  proxy: ({ lookUp }) => lookUp.proxies(),
  revision: ({ lookUp }) => lookUp.revisions(),
  id: ({ lookUp }) => lookUp.joinTokens(),
  revocation: ({ lookUp }) => lookUp.revocations(),
};

/** A flag's or an argument's closed list. `jsonpath=EXPR` is begun and left to be ended. */
export function choices(list: readonly string[]): readonly Candidate[] {
  return list.map((choice) => plain(choice.replace(/=[A-Z]+$/, "=")));
}
