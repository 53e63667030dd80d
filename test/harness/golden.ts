/**
 * Comparison with files a person can read. FERRY_UPDATE_GOLDEN=1 rewrites them; CI never sets it.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as assert from "uvu/assert";
import { installRoot } from "../../src/install/root.js";

/** Compares `actual` with the file at `path` (relative to the project root). */
export function expectGolden(path: string, actual: string): void {
  const file = join(installRoot(), path);
  if (process.env["FERRY_UPDATE_GOLDEN"] === "1") {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, actual);
    return;
  }
  assert.ok(
    existsSync(file),
    `golden file ${path} is missing: run the test with FERRY_UPDATE_GOLDEN=1 and read what it wrote`,
  );
  assert.fixture(actual, readFileSync(file, "utf8"), `differs from ${path}`);
}
