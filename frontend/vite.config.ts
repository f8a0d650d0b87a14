import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

export default defineConfig({
  // Django serves dist/ under STATIC_URL; the folder inside keeps our names apart from other apps' files.
  base: "/static/",
  plugins: [react()],
  publicDir: false,
  build: {
    outDir: "dist",
    assetsDir: "frontend",
    // An inlined asset would be a data: address, which the content-security policy refuses.
    assetsInlineLimit: 0,
    manifest: true,
    chunkSizeWarningLimit: 800,
    target: "es2022",
    // The oldest browsers that know light-dark().
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    modulePreload: { polyfill: false },
    rollupOptions: { input: "src/main.tsx" },
  },
  test: {
    environment: "jsdom",
    setupFiles: ["src/testing/setup.ts"],
    restoreMocks: true,
    testTimeout: 60_000,
  },
});
