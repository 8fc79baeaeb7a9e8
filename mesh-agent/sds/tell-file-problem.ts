import { describeFileFault, type FileProblem, isEnd } from "#core/xds/file-problem.ts";

/** A problem as a sentence, for the host's own pages. */
export function tellFileProblem(problem: FileProblem): string {
  const what = describeFileFault(problem);
  if (isEnd(problem)) return what;
  return `${what}; ${problem.isLastGoodServed ? "the last good one is served" : "nothing is served in its place"}`;
}
