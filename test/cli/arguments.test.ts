/** How a command line is understood, before any command is loaded. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseArguments } from "../../src/cli/arguments.js";
import { describeDuration, parseDuration } from "../../src/cli/duration.js";

const args = suite("arguments");

args("takes options with one dash, as neighbouring tools write them", () => {
  const { words } = parseArguments([
    "plan",
    "-out=x",
    "-target=ZNode/a",
    "-detailed-exitcode",
    "-var",
    "a=-b",
  ]);
  assert.equal(words, ["plan", "--out=x", "--target=ZNode/a", "--detailed-exitcode", "--var", "a=-b"]);
});

args("takes the directory and the colour switch before the command", () => {
  assert.equal(parseArguments(["-chdir=p", "plan"]).words, ["plan", "--chdir=p"]);
  assert.equal(parseArguments(["--chdir", "p", "--no-color", "state", "list"]).words, [
    "state",
    "list",
    "--chdir",
    "p",
    "--no-color",
  ]);
});

args("leaves everything after a double dash alone", () => {
  assert.equal(parseArguments(["plan", "--", "-out"]).words, ["plan", "--", "-out"]);
  assert.is(parseArguments(["plan", "--", "--help"]).help, false);
});

args("finds help and version wherever people write them", () => {
  assert.equal(parseArguments(["help", "plan"]), { help: true, version: false, words: ["plan"] });
  assert.equal(parseArguments(["plan", "-h"]), { help: true, version: false, words: ["plan"] });
  assert.is(parseArguments(["--version"]).version, true);
  assert.is(parseArguments(["-v"]).version, true);
  assert.equal(parseArguments([]), { help: false, version: false, words: [] });
});

args("durations", () => {
  assert.is(parseDuration("30s", "--lock-timeout"), 30_000);
  assert.is(parseDuration("1.5m", "--lock-timeout"), 90_000);
  assert.is(parseDuration("250ms", "--lock-timeout"), 250);
  assert.is(parseDuration("0", "--lock-timeout"), 0);
  for (const wrong of ["30", "", "s", "-1s", "1d", "1 s s"]) {
    assert.throws(() => parseDuration(wrong, "--lock-timeout"), /is no duration/, wrong);
  }
  assert.is(describeDuration(420), "0.4 s");
  assert.is(describeDuration(12_400), "12 s");
  assert.is(describeDuration(185_000), "3 min 5 s");
});

args.run();
