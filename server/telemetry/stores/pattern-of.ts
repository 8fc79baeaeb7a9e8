/** For RE2, whose time does not grow with what it tries: that of LIKE doubles and doubles with each star. */
export function patternOf(value: string): string {
  return `(?s)${value.replaceAll(/[\\^$.|?+()[\]{}]/g, "\\$&").replaceAll(/\*+/g, ".*")}`;
}
