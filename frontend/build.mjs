// Builds what the web app serves: one stylesheet, GOV.UK Frontend's script, htmx and ours, each under a name with a hash
// of what is in it, and manifest.json, which gives the name for each. Takes the folder to write, and a mark to keep in
// the manifest. Nothing here refers to another host: where a style would load a file, the build stops.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { compile } from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const [out, mark] = process.argv.slice(2);
const files = {};

function put(name, text) {
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 12);
  const hashed = name.replace(/(\.[a-z]+)$/, `.${hash}$1`);
  writeFileSync(join(out, hashed), text);
  files[name] = hashed;
  return hashed;
}

function modules(path) {
  const text = readFileSync(join(here, "node_modules", path), "utf8");
  return text.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, "\n");
}

mkdirSync(out, { recursive: true });

const styles = compile(join(here, "styles", "app.scss"), {
  loadPaths: [join(here, "node_modules")],
  quietDeps: true,
  style: "compressed",
});
// The crest of the footer is the Crown's, and no page of a council shows it.
const css = styles.css.replace(/(?:-webkit-)?(?:background|mask)-image:url\([^)]*govuk-crest[^)]*\);?/g, "");
const left = css.match(/url\((?!["']?data:)[^)]*\)|@font-face|GDS Transport/g);
if (left) throw new Error(`the stylesheet would load or name what it must not: ${left.join(", ")}`);
put("app.css", css);
put("htmx.js", modules("htmx.org/dist/htmx.min.js"));
const govuk = put("govuk-frontend.js", modules("govuk-frontend/dist/govuk/govuk-frontend.min.js"));
put("app.js", readFileSync(join(here, "scripts", "app.js"), "utf8").replace("./govuk-frontend.js", `./${govuk}`));
put("icon.svg", readFileSync(join(here, "icon.svg"), "utf8"));
put("notices.txt", readFileSync(join(here, "notices.txt"), "utf8"));
writeFileSync(join(out, "manifest.json"), `${JSON.stringify({ mark, files }, null, 2)}\n`);
