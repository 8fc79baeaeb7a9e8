import { type CertificateFacts, ENDS_SOON_MS } from "#core/registry/credential.ts";

/** What is to be told of a certificate's time, behind its name: "ended 2026-01-01T00:00:00.000Z: clients refuse it". */
interface Told {
  readonly state: "ended" | "early" | "soon";
  readonly text: string;
}

/** Undefined where nothing is. */
export function tellTime(
  { notBeforeMs, notAfterMs }: Pick<CertificateFacts, "notBeforeMs" | "notAfterMs">,
  nowMs: number,
): Told | undefined {
  const when = (ms: number): string => new Date(ms).toISOString();
  if (notAfterMs <= nowMs) return { state: "ended", text: `ended ${when(notAfterMs)}: clients refuse it` };
  if (notBeforeMs > nowMs) return { state: "early", text: `is not valid before ${when(notBeforeMs)}` };
  return notAfterMs - nowMs < ENDS_SOON_MS ? { state: "soon", text: `ends soon, ${when(notAfterMs)}` } : undefined;
}
