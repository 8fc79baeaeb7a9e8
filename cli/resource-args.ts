import { PharosError } from "#core/errors.ts";
import { KIND_NAMES, KINDS, type Kind } from "#core/resource/kinds.ts";

/** `vs`, `virtualservice`, `virtualservices`, `VirtualService`, `virtualservices.networking.istio.io` → the kind. */
export function parseKind(text: string): Kind {
  const word = text.toLowerCase().split(".")[0] ?? "";
  const kind = KIND_NAMES.find((name) => [name.toLowerCase(), KINDS[name].plural, KINDS[name].short].includes(word));
  if (kind !== undefined) return kind;
  throw new PharosError("invalid", `no resource type "${text}"`, {
    hint: `one of ${KIND_NAMES.map((name) => `${KINDS[name].plural} (${KINDS[name].short})`).join(", ")}`,
  });
}

/** What follows a verb, as kubectl reads it: `vs`, `vs reviews`, `vs/reviews`, `vs,dr`, `all`. */
export function parseSelection(args: readonly string[]): { kinds: readonly Kind[]; names: readonly string[] } {
  const [first, ...rest] = args;
  if (first === undefined)
    throw new PharosError("invalid", "which resources?", {
      hint: "for example `virtualservices`, `vs reviews` or `vs/reviews`",
    });
  const [typeText = "", name] = first.split("/", 2);
  if (name !== undefined) {
    const all = args.map((argument) => argument.split("/", 2));
    const kinds = new Set(all.map(([kind = ""]) => parseKind(kind)));
    if (kinds.size > 1)
      throw new PharosError("invalid", "several types with names in one command", {
        hint: "name resources of one type at a time",
      });
    return { kinds: [...kinds], names: all.map(([, each = ""]) => each) };
  }
  return { kinds: typeText === "all" ? KIND_NAMES : typeText.split(",").map(parseKind), names: rest };
}
