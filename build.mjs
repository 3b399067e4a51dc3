// Bundles what runs in the browser: an ES module for each widget, a script for each page that has none.
// node build.mjs                              all of them, into src/nbannotate/static
// node build.mjs FILE shared/texts …          for a test: a script that makes what these modules export global
import { readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const SOURCES = "src/nbannotate/frontend",
  BUILT = "src/nbannotate/static";
const WIDGETS = { canvas: "canvas/main", work: "work/main", manage: "manage/main", statistics: "statistics/main" };
const SCRIPTS = { report: "statistics/report", page: "site/page", invite: "site/invite" };

const BUNDLED = ["preact", "lucide"]; // their licences go where their code goes

const common = {
  absWorkingDir: import.meta.dirname,
  bundle: true,
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
};
const under = (folder, modules) => Object.entries(modules).map(([out, path]) => ({ in: `./${folder}/${path}`, out }));

const [outfile, ...tested] = process.argv.slice(2);
try {
  if (outfile) {
    const stdin = {
      contents: tested.map((path) => `export * from "./${path}";`).join("\n"),
      resolveDir: `${common.absWorkingDir}/${SOURCES}`,
    };
    await build({
      ...common,
      stdin,
      outfile,
      format: "iife",
      globalName: "tested",
      footer: { js: "Object.assign(globalThis, tested);" },
    });
  } else {
    const kept = { ...common, outdir: BUILT, minify: true };
    await build({ ...kept, entryPoints: under(SOURCES, WIDGETS), format: "esm" });
    await build({ ...kept, entryPoints: under(SOURCES, SCRIPTS), format: "iife" });
    const licences = BUNDLED.map((name) => `${name}\n\n${readFileSync(`node_modules/${name}/LICENSE`, "utf8")}`);
    writeFileSync(`${BUILT}/LICENSES.txt`, licences.join("\n\n"));
  }
} catch {
  process.exit(1); // esbuild has said what is wrong
}
