import { type Diagnostic, warningAt } from "#core/diagnostic.ts";
import type { ProxyConfigSpec } from "#core/kinds/proxy-config/schema.ts";
import type { Path } from "#core/schema/path.ts";

export function validateProxyConfig(spec: ProxyConfigSpec): Diagnostic[] {
  const { concurrency, environmentVariables = {} } = spec;
  if (concurrency === undefined && Object.keys(environmentVariables).length === 0)
    return [
      warningAt(["spec"], "no-effect", "the ProxyConfig says nothing", "set concurrency or environmentVariables"),
    ];
  return validateEnvironment(environmentVariables, ["spec", "environmentVariables"]);
}

/** Istio's agent is steered by some of them; there is none here. */
export function validateEnvironment(environment: Readonly<Record<string, string>>, path: Path): Diagnostic[] {
  return Object.keys(environment)
    .filter((name) => /^(?:ISTIO|PROXY|PILOT|CITADEL|BOOTSTRAP)_/.test(name))
    .map((name) =>
      warningAt(
        [...path, name],
        "no-effect",
        `${name} steers Istio's agent, and reaches Envoy's environment alone here`,
        "set what it means in the file of pharos agent --config",
      ),
    );
}
