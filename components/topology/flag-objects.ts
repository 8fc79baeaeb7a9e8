import type { Kind } from "#core/kinds/kinds.ts";
import type { AppliedResource } from "#core/resolve/applied-resource.ts";

/** Which kinds of resource make a proxy answer with a flag; a connection that a policy refuses has none. */
const KINDS: Readonly<Record<string, readonly Kind[]>> = {
  FI: ["VirtualService"],
  DI: ["VirtualService"],
  UT: ["VirtualService"],
  UMSDR: ["VirtualService"],
  URX: ["VirtualService"],
  NR: ["VirtualService", "Gateway"],
  NC: ["VirtualService", "DestinationRule"],
  UO: ["DestinationRule"],
  UAEX: ["AuthorizationPolicy"],
  UH: ["DestinationRule", "ServiceEntry"],
};

/** `FI,UT` apart, without what says nothing. */
export function splitFlags(flags: string): string[] {
  return flags.split(",").filter((flag) => flag !== "" && flag !== "-");
}

/** How answers of one kind ended. */
interface Answers {
  /** 0: none came. */
  readonly code: number;
  readonly flags: string;
}

/** The flags that resources may be the reason of; none where connections ended because a policy refused them. */
export function flagsOf({ code, flags }: Answers, deniedBy: readonly string[]): string[] {
  return code === 0 && deniedBy.length > 0 ? [] : splitFlags(flags);
}

/** References of the resources that apply to the service and may be why requests to it got these flags, most likely first. */
export function flagObjects(flags: readonly string[], config: readonly AppliedResource[]): string[] {
  const kinds = flags.flatMap((flag) => KINDS[flag] ?? []);
  const refs = kinds.flatMap((kind) =>
    config.filter(({ ref, applies }) => applies && ref.startsWith(`${kind}/`)).map(({ ref }) => ref),
  );
  return [...new Set(refs)];
}
