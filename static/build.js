// Builds what the browser loads into static/dist, each file under a name that changes with its content, so
// that it may be kept for a year; manifest.json says which name each file has now.
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, parse } from "node:path";
import { fileURLToPath } from "node:url";
import { compile } from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const house = dirname(here);
const dist = join(here, "dist");

const read = (...path) => readFileSync(join(house, ...path), "utf8");
// A warning to those who write MOJ Frontend is none of ours.
const logger = { warn: (words) => words.includes("govuk-suppressed-warnings") || console.warn(words) };
const styles = () => compile(join(here, "app.scss"), {
  loadPaths: [house, join(house, "node_modules")], quietDeps: true, style: "compressed", logger,
}).css.replace(/background-image:url\([^)]*\);?/g, ""); // MOJ's document icon, which no page of ours shows
const withoutMap = (script) => script.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, "\n");

const files = {
  "app.css": styles(),
  "desk.js": read("static", "desk.js"),
  "htmx.js": withoutMap(read("node_modules", "htmx.org", "dist", "htmx.min.js")),
  "visits.js": read("static", "visits.js"),
  "visits-worker.js": read("static", "visits-worker.js"),
  "mark.svg": read("static", "mark.svg"),
};

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
const manifest = {};
for (const [name, text] of Object.entries(files)) {
  const { name: stem, ext } = parse(name);
  manifest[name] = `${stem}-${createHash("sha256").update(text).digest("hex").slice(0, 12)}${ext}`;
  writeFileSync(join(dist, manifest[name]), text);
}
// The letters' type, made by the Braille Institute for people who see badly; typesetting finds it here.
const type = join(house, "node_modules", "@expo-google-fonts", "atkinson-hyperlegible");
for (const cut of ["400Regular", "400Regular_Italic", "700Bold"]) {
  const file = `AtkinsonHyperlegible_${cut}.ttf`;
  cpSync(join(type, cut, file), join(dist, "fonts", file));
}
writeFileSync(join(dist, "manifest.json"), JSON.stringify(manifest, null, 2) + "\n");
