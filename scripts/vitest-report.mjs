// Vitest's JSON report, and how many errors there were that belong to no test: a promise that nobody caught, a worker that died.
import { JsonReporter } from "vitest/node";

export default class extends JsonReporter {
  #errors = 0;

  async onTestRunEnd(modules, errors) {
    this.#errors = errors.length;
    await super.onTestRunEnd(modules);
  }

  async writeReport(text) {
    await super.writeReport(JSON.stringify({ ...JSON.parse(text), numErrors: this.#errors }));
  }
}
