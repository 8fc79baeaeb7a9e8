/** Where instances are selected in all of them; no namespace has this name. */
export const ALL_NAMESPACES = "*";
