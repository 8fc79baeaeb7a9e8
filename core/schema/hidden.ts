/** What stands in the place of a value for those who may not read it. */
export const HIDDEN = "[redacted]";
