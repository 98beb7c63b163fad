// Installs what these tests need from npm, outside of the source tree, and starts a browser.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const here = path.dirname(fileURLToPath(import.meta.url));
const CHROMIUM = "/usr/bin/chromium";

// Installs package-lock.json into `folder`, unless that was done before, and returns the modules.
export function installTools(folder) {
  fs.mkdirSync(folder, { recursive: true });
  const lock = fs.readFileSync(path.join(here, "package-lock.json"), "utf8");
  const stamp = path.join(folder, ".installed");
  if (!fs.existsSync(stamp) || fs.readFileSync(stamp, "utf8") !== lock) {
    for (const name of ["package.json", "package-lock.json"]) fs.copyFileSync(path.join(here, name), path.join(folder, name));
    execFileSync("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"], { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
    fs.writeFileSync(stamp, lock);
  }
  const require = createRequire(path.resolve(folder, "package.json"));
  return { chromium: require("playwright-core").chromium, axeSource: fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8") };
}

// Chromium's own sandbox does not work for root, as whom CI runs the tests.
export function launch(chromium) {
  const args = process.getuid() === 0 ? ["--no-sandbox", "--disable-gpu"] : ["--disable-gpu"];
  return chromium.launch({ executablePath: CHROMIUM, args });
}
