import { UsageError } from "#cli/failure.ts";
import { KIND_NAMES, KINDS, type Kind } from "#core/kinds/kinds.ts";

/** What a command names: whole kinds, or single resources of them. */
export type Selection =
  | { readonly names: null; readonly kinds: readonly Kind[] }
  | { readonly names: readonly { readonly kind: Kind; readonly name: string }[]; readonly kinds: readonly Kind[] };

/** `vs`, `virtualservice`, `virtualservices`, `VirtualService`, `virtualservices.networking.istio.io` → the kind. */
export function findKind(text: string): Kind | undefined {
  const word = text.toLowerCase().split(".")[0] ?? "";
  return KIND_NAMES.find((name) => [name.toLowerCase(), KINDS[name].plural, KINDS[name].short].includes(word));
}

export function parseKind(text: string): Kind {
  const kind = findKind(text);
  if (kind !== undefined) return kind;
  throw new UsageError(`no resource type "${text}"`, {
    hint: `one of ${KIND_NAMES.map((name) => `${KINDS[name].plural} (${KINDS[name].short})`).join(", ")}`,
  });
}

/** What follows a verb, as kubectl reads it: `vs`, `vs reviews ratings`, `vs/reviews dr/reviews`, `vs,dr`, `all`. */
export function parseSelection(args: readonly string[]): Selection {
  const [first, ...rest] = args;
  if (first === undefined)
    throw new UsageError("which resources?", { hint: "for example `virtualservices`, `vs reviews` or `vs/reviews`" });
  if (first.includes("/")) {
    const names = args.map((argument) => {
      const [kind = "", name = "", inNamespace] = argument.split("/");
      if (name === "")
        throw new UsageError(`"${argument}" is not TYPE/NAME like the others`, { hint: "for example vs/reviews" });
      if (inNamespace !== undefined)
        throw new UsageError(`"${argument}" is not TYPE/NAME`, { hint: `${kind}/${inNamespace} -n ${name}` });
      return { kind: parseKind(kind), name };
    });
    return { names, kinds: [...new Set(names.map(({ kind }) => kind))] };
  }
  const kinds = first === "all" ? KIND_NAMES : first.split(",").map(parseKind);
  return { kinds, names: rest.length === 0 ? null : kinds.flatMap((kind) => rest.map((name) => ({ kind, name }))) };
}
