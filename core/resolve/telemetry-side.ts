/** As the caller, which a gateway is too, and as the called. */
export type Side = "CLIENT" | "SERVER";

/** Whether what a Telemetry says is for a side; without a mode it is for both. */
export function isForSide(
  match: { readonly mode?: Side | "CLIENT_AND_SERVER" | undefined } | undefined,
  side: Side,
): boolean {
  const mode = match?.mode ?? "CLIENT_AND_SERVER";
  return mode === "CLIENT_AND_SERVER" || mode === side;
}
