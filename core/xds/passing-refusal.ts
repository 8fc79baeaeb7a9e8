/** What Envoy (1.40) says when it cannot have a listener's address or another listener still has it, and when a file on its host is missing or no certificate or key. */
const CAUSES = [/cannot bind '/, /has duplicate address/, /Failed to load [\w ]+ from (?:path: )?\//];

/**
 * Whether what a client refuses may be taken later as it is, because the cause is on its host: another process has the port, say. Everything
 * else is the configuration's own fault, and would be refused again.
 */
export function mayPass(message: string): boolean {
  return CAUSES.some((cause) => cause.test(message));
}
