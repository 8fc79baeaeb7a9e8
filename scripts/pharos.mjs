#!/usr/bin/env node
// `pharos` on PATH, after `npm link`: as `npm run pharos --`, from whatever directory.
process.argv.splice(2, 0, "dist/pharos.js");
await import("./run.mjs");
