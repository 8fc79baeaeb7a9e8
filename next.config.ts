import type { NextConfig } from "next";

/** The console is built once and served inside `pharos serve`; see docs/adr/0009-next-and-server.md. */
const config: NextConfig = {
  // The listener, its headers and its logs belong to the server that Next runs in.
  poweredByHeader: false,
  // `npm run types` checks the whole project; a build on a user's machine need not wait for it again.
  typescript: { ignoreBuildErrors: true },
  // What a server component needs of the process it reaches through globalThis, never by import.
  serverExternalPackages: ["@duckdb/node-api", "@prisma/client", "better-auth"],
  devIndicators: false,
  experimental: {
    // Two cores serve people and proxies alike.
    cpus: 2,
    // Icons and charts are large packages of which each page uses a few.
    optimizePackageImports: ["lucide-react", "recharts", "@base-ui/react"],
  },
};

export default config;
