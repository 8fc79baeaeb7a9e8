/** Waits for an answer of the sign-in endpoints; null when it went well, else a sentence for the person. */
export async function readAuthError(answer: Promise<Response>): Promise<string | null> {
  const response = await answer.catch(() => null);
  if (response === null) return "The server does not answer. Is `pharos serve` running?";
  if (response.ok) return null;
  if (response.status === 429) return "Too many tries. Wait a minute, then try again.";
  const body = (await response.json().catch(() => null)) as { message?: unknown; hint?: unknown } | null;
  if (typeof body?.message !== "string") return `The server answered ${response.status}.`;
  const sentence = `${body.message.charAt(0).toUpperCase()}${body.message.slice(1)}`;
  const hint = typeof body.hint === "string" && body.hint !== "" ? ` (${body.hint})` : "";
  return `${sentence.replace(/\.$/, "")}${hint}.`;
}
