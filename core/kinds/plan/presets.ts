import type { KindPreset } from "#core/kinds/kind.ts";

export const PLAN_PRESETS = {
  workloads: {
    label: "For workloads",
    detail: "callers in the mesh, known by their service accounts, get more of a RateLimit",
    template: {
      consumers: [{ workloads: { matchLabels: { tier: "gold" } } }],
      limits: [{ name: "", rule: "per-caller", amount: 500 }],
    },
  },
  own: {
    label: "With a limit of its own",
    detail: "who has the plan is counted by it, and nobody else",
    template: {
      consumers: [{ claim: { attribute: "request.auth.claims[plan]", values: ["gold"] } }],
      limits: [
        {
          name: "own",
          spec: {
            rules: [
              {
                name: "per-caller",
                bucket: { key: [{ attribute: "request.auth.principal" }], missing: "Deny" },
                limit: { amount: 100, per: "1m" },
              },
            ],
          },
        },
      ],
    },
  },
  accounts: {
    label: "For a service account",
    detail: "one caller by its identity has another amount of a Quota",
    template: { consumers: [{ serviceAccounts: [""] }], quotas: [{ name: "", amount: 100_000 }] },
  },
} as const satisfies Record<string, KindPreset>;
