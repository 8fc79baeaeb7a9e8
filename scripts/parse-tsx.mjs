// dependency-cruiser asks swc to parse without JSX, which refuses our .tsx files. Loaded before it, this adds the option.
import swc from "@swc/core";

const { parseFileSync } = swc;
swc.parseFileSync = (file, options) => parseFileSync(file, { ...options, tsx: file.endsWith("x") });
