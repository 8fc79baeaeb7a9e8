import type { Command } from "commander";
import { type CommonOptions, withClient, withServer } from "#cli/commands/command.ts";
import { EXIT } from "#cli/exit-codes.ts";
import { print } from "#cli/output/output.ts";
import type { ObjectiveView } from "#core/view/objective.ts";

/** `pharos objectives`: what was promised, and how much of it may still fail. */
export function addObjectives(program: Command): void {
  withServer(program.command("objectives"))
    .description("objectives: how many requests were good, and how much of the error budget is left")
    .action((options: CommonOptions) =>
      withClient(options, async (api) => {
        const all = await api.objectives.list.query();
        print<ObjectiveView>(
          options.output,
          all,
          all,
          [
            { title: "objective", value: ({ namespace, name }) => `${namespace}/${name}` },
            { title: "status", value: ({ status }) => status },
            { title: "target", value: ({ target }) => `${target} %` },
            {
              title: "good",
              value: ({ goodPercent }) => (goodPercent === null ? null : `${goodPercent.toFixed(3)} %`),
            },
            {
              title: "budget left",
              value: ({ budgetLeftPercent }) =>
                budgetLeftPercent === null ? null : `${budgetLeftPercent.toFixed(1)} %`,
            },
            {
              title: "burns",
              value: ({ burns }) => {
                const rates = burns.flatMap(({ longRate }) => longRate ?? []);
                return rates.length === 0 ? null : `${Math.max(...rates).toFixed(1)}x`;
              },
            },
            { title: "what", value: ({ effect }) => effect },
          ],
          "no objective is written: `pharos apply` one of kind Objective",
        );
        return EXIT.ok;
      }),
    );
}
