/** Revisions that a list shows before one asks for older ones. */
export const REVISIONS_FIRST = 50;
