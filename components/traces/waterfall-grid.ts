/** Name, time line and duration: the same for the ruler and every row. */
export const WATERFALL_GRID = "grid grid-cols-[minmax(17rem,1fr)_minmax(12rem,1.2fr)_5rem]";
