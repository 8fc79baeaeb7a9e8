/** Where to go after signing in: only a path on this console, so that a link cannot lead elsewhere. */
export function safeNext(next: string | undefined): string {
  if (next === undefined || !next.startsWith("/") || next.startsWith("//") || next.includes("\\")) return "/overview";
  return next.startsWith("/sign-in") || next.startsWith("/setup") ? "/overview" : next;
}
