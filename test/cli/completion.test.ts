/** Completion scripts: accepted by the shells that are installed, and knowing every command. */
import { spawnSync } from "node:child_process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { COMMANDS } from "../../src/cli/command-table.js";
import { completionScript, SHELLS } from "../../src/cli/completion-scripts.js";
import { optionsOf } from "../../src/cli/option-names.js";

const commands = await Promise.all(
  COMMANDS.map(async ({ words, summary, load }) => ({ words, summary, options: optionsOf(await load()) })),
);

const completion = suite("completion");

for (const shell of SHELLS) {
  completion(`${shell}: knows every command and its options`, () => {
    const script = completionScript(shell, commands);
    for (const { words, options } of commands) {
      for (const word of words) assert.ok(script.includes(word), `${shell} misses ${word}`);
      for (const { name } of options)
        assert.ok(script.includes(name.replace(/^--/, "")), `${shell} misses ${name}`);
    }
  });

  completion(`${shell}: is valid where that shell is installed`, () => {
    const check = spawnSync(shell, ["-n"], { input: completionScript(shell, commands), encoding: "utf8" });
    if (check.error !== undefined) {
      assert.is((check.error as NodeJS.ErrnoException).code, "ENOENT");
      return;
    }
    assert.is(check.status, 0, check.stderr);
  });
}

completion("bash: completes commands, subcommands and options", () => {
  const complete = (line: readonly string[]): string[] => {
    const script = `${completionScript("bash", commands)}
COMP_WORDS=(${line.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${line.length - 1}; _ferry; echo "\${COMPREPLY[*]}"`;
    return spawnSync("bash", ["-c", script], { encoding: "utf8" }).stdout.trim().split(" ");
  };
  assert.equal(complete(["ferry", "pl"]), ["plan"]);
  assert.equal(complete(["ferry", "state", "un"]), ["unlock"]);
  assert.equal(complete(["ferry", "sync", "con"]), ["conflicts"]);
  assert.equal(complete(["ferry", "sync", "conflicts", ""]), ["list", "show", "resolve"]);
  assert.equal(complete(["ferry", "sync", "conflicts", "resolve", "--win"]), ["--winner"]);
  assert.equal(complete(["ferry", "plan", "--deta"]), ["--detailed-exitcode"]);
  assert.equal(complete(["ferry", "state", "mv", "--lock"]), ["--lock-timeout"]);
});

completion.run();
