/** Posts to the sign-in endpoints; null when it went well, else a sentence for the person. */
export async function postAuth(path: string, body: object): Promise<string | null> {
  const response = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  }).catch(() => null);
  if (response === null) return "The server does not answer. Is `pharos serve` running?";
  if (response.ok) return null;
  return describeRefusal(response.status, await response.json().catch(() => null));
}

/** What the endpoints answer, as a sentence. */
export function describeRefusal(status: number, body: unknown): string {
  if (status === 429) return "Too many tries. Wait a minute, then try again.";
  const { message, hint } = (typeof body === "object" && body !== null ? body : {}) as {
    message?: unknown;
    hint?: unknown;
  };
  if (typeof message !== "string" || message === "") return `The server answered ${status}.`;
  const sentence = `${message.charAt(0).toUpperCase()}${message.slice(1)}`.replace(/\.$/, "");
  return typeof hint === "string" && hint !== "" ? `${sentence} (${hint}).` : `${sentence}.`;
}
