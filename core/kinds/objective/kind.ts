import { defineKind } from "#core/kinds/kind.ts";
import { describeObjective } from "#core/kinds/objective/effect.ts";
import { OBJECTIVE } from "#core/kinds/objective/schema.ts";
import { validateObjective } from "#core/kinds/objective/validate.ts";

export const objective = defineKind({
  group: "observe.pharos.dev",
  plural: "objectives",
  short: "slo",
  area: "alerts",
  blame: 0,
  schema: OBJECTIVE,
  validate: ({ spec }) => validateObjective(spec),
  template: { service: "", availability: {}, target: 99.9, window: { rolling: "720h" } },
  leads: ["service", "requests", "availability", "latency", "target", "window"],
  presets: {
    latency: {
      label: "Latency",
      detail: "a share of requests is answered in time",
      template: { service: "", latency: { threshold: "250ms" }, target: 99, window: { rolling: "720h" } },
    },
    operation: {
      label: "One operation",
      detail: "a method and a path, with {*} for what differs",
      template: {
        service: "",
        requests: { methods: ["GET"], paths: ["/"] },
        availability: {},
        target: 99.9,
        window: { rolling: "720h" },
      },
    },
    edge: {
      label: "One caller",
      detail: "what comes back to it, with what never arrived",
      template: {
        service: "",
        from: { workload: "" },
        reporter: "Source",
        availability: {},
        target: 99.9,
        window: { calendar: "Month" },
      },
    },
  },
  effect: describeObjective,
});
