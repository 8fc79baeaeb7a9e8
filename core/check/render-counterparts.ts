import type { Counterparts } from "#core/check/counterpart.ts";
import { ISTIO_MESSAGES } from "#core/check/istio-messages.ts";
import { KIALI_CHECKS } from "#core/check/kiali-checks.ts";

/** What Istio and Kiali find, and what is found here, as Markdown. */
export function renderCounterparts(): string {
  return `# Findings of Istio and Kiali

For those who come from \`istioctl analyze\` and from Kiali: each of their findings, and the code under which the same is found here ([checks.md](checks.md)
tells of those that are checks), or why there is nothing to find. This page is made from \`core/check/istio-messages.ts\` and \`core/check/kiali-checks.ts\`.

## Istio's analysis

${table("Istio", ISTIO_MESSAGES)}

## Kiali

${table("Kiali", KIALI_CHECKS)}
`;
}

function table(whose: string, counterparts: Counterparts): string {
  const rows = Object.entries(counterparts).map(([code, [about, here]]) => {
    const found = typeof here === "string" ? `— ${here}` : here.map((each) => `\`${each}\``).join(", ");
    return `| ${code} | ${about} | ${found} |`;
  });
  return [`| ${whose} | about | here |`, "|---|---|---|", ...rows].join("\n");
}
