import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

const here = import.meta.dirname;
const built = resolve(here, "../lifelong/web/static/built");
const entries = resolve(here, "src/entries");
const images = resolve(here, "src/images");
const icons = resolve(here, "src/icons");
const faces = ["400Regular/NotoSansSC_400Regular.ttf", "700Bold/NotoSansSC_700Bold.ttf"];

/** One sprite of all icons; a page names one by `icons.svg#name`. */
function sprite(): string {
  const symbols = readdirSync(icons)
    .filter((file) => file.endsWith(".svg"))
    .sort()
    .map((file) => {
      const [, box, inside] = /viewBox="([^"]+)">([\s\S]*)<\/svg>/.exec(readFileSync(join(icons, file), "utf8"))!;
      return `<symbol id="${basename(file, ".svg")}" viewBox="${box}">${inside}</symbol>`;
    });
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`;
}

/** Emits pictures and the sprite, and writes `manifest.json`: the name a template uses → the hashed file. */
function namesForTemplates(): Plugin {
  const pictures = new Map<string, string>();
  return {
    name: "lifelong:names",
    buildStart() {
      for (const folder of [images, icons]) readdirSync(folder).forEach((file) => this.addWatchFile(join(folder, file)));
      pictures.set("icons.svg", this.emitFile({ type: "asset", name: "icons.svg", source: sprite() }));
      for (const file of readdirSync(images)) {
        pictures.set(file, this.emitFile({ type: "asset", name: file, source: readFileSync(join(images, file)) }));
      }
    },
    generateBundle(_, bundle) {
      const names: Record<string, string> = {};
      for (const [name, reference] of pictures) names[name] = this.getFileName(reference);
      for (const part of Object.values(bundle)) {
        if (part.type === "asset") {
          for (const name of part.names) if (name.endsWith(".css")) names[name] = part.fileName;
        } else if (part.isEntry) {
          names[`${part.name}.js`] = part.fileName;
        } else if (part.facadeModuleId?.includes("/islands/")) {
          names[`islands/${part.name}.js`] = part.fileName;
        }
      }
      this.emitFile({ type: "asset", fileName: "manifest.json", source: JSON.stringify(names, Object.keys(names).sort(), 1) });
    },
  };
}

/** Beside each text file its .gz and .br, so that the server never compresses; fonts for papers and covers, never for browsers. */
function compressedAndFonts(): Plugin {
  const made = new Set<string>(["fonts"]);
  return {
    name: "lifelong:compressed",
    apply: "build",
    writeBundle(_, bundle) {
      for (const file of Object.keys(bundle)) for (const ending of ["", ".gz", ".br"]) made.add(file + ending);
    },
    closeBundle() {
      for (const file of readdirSync(built)) {
        if (!made.has(file)) rmSync(join(built, file));
        if (!made.has(file) || !/\.(js|css|svg)$/.test(file)) continue;
        const text = readFileSync(join(built, file));
        writeFileSync(join(built, `${file}.gz`), gzipSync(text, { level: 9 }));
        const options = { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: text.length } };
        writeFileSync(join(built, `${file}.br`), brotliCompressSync(text, options));
      }
      mkdirSync(join(built, "fonts"), { recursive: true });
      for (const face of faces) {
        const source = join(here, "node_modules/@expo-google-fonts/noto-sans-sc", face);
        const target = join(built, "fonts", basename(face));
        if (!existsSync(target) || statSync(target).size !== statSync(source).size) copyFileSync(source, target);
      }
    },
  };
}

export default defineConfig({
  root: here,
  base: "./",
  publicDir: false,
  plugins: [namesForTemplates(), compressedAndFonts()],
  css: {
    preprocessorOptions: {
      scss: {
        loadPaths: [join(here, "node_modules")],
        quietDeps: true,
        silenceDeprecations: ["import", "global-builtin", "color-functions", "if-function"],
      },
    },
  },
  build: {
    outDir: built,
    emptyOutDir: false, // a running server keeps its files until the new ones are there; then the old ones go
    assetsDir: "",
    assetsInlineLimit: 0, // the content security policy allows no data: addresses
    cssCodeSplit: true,
    modulePreload: { polyfill: false },
    target: ["chrome90", "edge90", "firefox90", "safari14.1"],
    reportCompressedSize: false,
    rollupOptions: {
      onLog(level, log, report) {
        if (log.code !== "EVAL" || !log.loc?.file?.includes("htmx.org")) report(level, log); // its eval is switched off (entries/site.ts)
      },
      input: Object.fromEntries(readdirSync(entries).map((file) => [basename(file, ".ts"), join(entries, file)])),
      output: { entryFileNames: "[name]-[hash].js", chunkFileNames: "[name]-[hash].js", assetFileNames: "[name]-[hash][extname]" },
    },
  },
});
