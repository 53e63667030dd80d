/** The command line as a user meets it: help, mistakes, and that start-up loads only what is called. */
import { spawnSync } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { COMMANDS } from "../../src/cli/command-table.js";
import { helpText } from "../../src/cli/help.js";
import { ferryVersion, installRoot } from "../../src/install/root.js";
import { expectGolden } from "../harness/golden.js";
import { COMPILED, FERRY, ferry, projectOf } from "./ferry.js";

const usage = suite("usage");
const cwd = installRoot();
const env = { ...process.env, FERRY_DIST: COMPILED };
/** Goldens hold no version, so that a release does not touch them. */
const withoutVersion = (text: string): string => text.replaceAll(ferryVersion(), "VERSION");

usage("the overview names every command", async () => {
  const { code, stdout, stderr } = await ferry([], { cwd });
  assert.is(code, 0);
  assert.is(stderr, "");
  for (const { words } of COMMANDS) assert.ok(stdout.includes(words.join(" ")), words.join(" "));
  expectGolden("test/cli/golden/overview.txt", withoutVersion(stdout));
});

usage("every command has help with options and examples", async () => {
  const pages: string[] = [];
  for (const { words } of COMMANDS) {
    const text = (await helpText(words)) ?? "";
    assert.match(text, /^Examples\n {2}# /m, words.join(" "));
    assert.not.match(text, / VALUE {2}/, "an option without a name for its value");
    pages.push(text);
  }
  const { code, stdout } = await ferry(["state", "mv", "--help"], { cwd });
  assert.is(code, 0);
  assert.ok(pages.includes(stdout));
  expectGolden("test/cli/golden/help.txt", withoutVersion(pages.join("\n")));
});

const MISTAKES: readonly (readonly string[])[] = [
  ["plna"],
  ["deploy"],
  ["state"],
  ["state", "unlok"],
  ["--out", "x"],
  ["plan", "--taget", "ZNode/a"],
  ["plan", "--out"],
  ["plan", "--format", "xml"],
  ["plan", "--parallelism", "0"],
  ["plan", "--destroy", "--refresh-only"],
  ["plan", "--from", "HEAD", "--out", "x"],
  ["apply", "--lock-timeout", "soon"],
  ["version", "extra"],
  ["completion", "powershell"],
  ["schema", "ZooKeperEnsemble"],
  ["state", "rm"],
  ["state", "history", "latest"],
  ["sync"],
  ["sync", "runn"],
  ["sync", "conflicts"],
  ["sync", "conflicts", "lst"],
  ["sync", "run"],
  ["sync", "pause"],
  ["sync", "pause", "shop", "--timeout", "soon"],
  ["sync", "verify", "shop", "--reader", "mine"],
  ["sync", "conflicts", "resolve", "shop", "x"],
  ["sync", "conflicts", "resolve", "shop", "x", "--winner", "me"],
  ["sync", "bump", "shop"],
  ["sync", "bump", "shop", "/q", "--gap", "1"],
  ["sync", "bump", "shop", "/q", "--lower", "me"],
  ["sync", "bump", "shop", "/q", "--swap", "--lower", "source"],
  ["sync", "bump", "shop", "/q", "--list"],
];

usage("mistakes: exit code 1, what is wrong and what to do, never a stack", async () => {
  const project = projectOf({});
  const pages: string[] = [];
  for (const args of MISTAKES) {
    const { code, stdout, stderr } = await ferry(args, { cwd: project.directory });
    assert.is(code, 1, args.join(" "));
    assert.is(stdout, "", args.join(" "));
    assert.not.match(stderr, /^\s+at /m);
    assert.match(stderr, /= help:/, args.join(" "));
    pages.push(`$ ferry ${args.join(" ")}\n${stderr}`);
  }
  project.remove();
  expectGolden("test/cli/golden/mistakes.txt", pages.join("\n"));
});

usage("mistakes as JSON when the line asks for it", async () => {
  const { code, stdout, stderr } = await ferry(["plna", "--json"], { cwd });
  assert.is(code, 1);
  assert.is(stderr, "");
  const document = JSON.parse(stdout) as {
    formatVersion: number;
    diagnostics: { code: string }[];
    result: unknown;
  };
  assert.is(document.formatVersion, 1);
  assert.is(document.diagnostics[0]?.code, "usage-command");
  assert.is(document.result, null);
});

usage("version, in each way it is asked for", async () => {
  for (const args of [["version"], ["--version"], ["-v"]]) {
    const { code, stdout } = await ferry(args, { cwd });
    assert.is(code, 0);
    assert.ok(stdout.startsWith(`ferry ${ferryVersion()} `));
  }
  const { stdout } = await ferry(["version", "--json"], { cwd });
  assert.is((JSON.parse(stdout) as { result: { version: string } }).result.version, ferryVersion());
});

/** Prints the address of every module that is loaded. */
const HOOKS = `
import { writeSync } from "node:fs";
export async function load(url, context, next) { writeSync(1, "loaded " + url + "\\n"); return next(url, context); }`;
const REGISTER = `import { register } from "node:module"; register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(HOOKS)}`)});`;

usage("version loads neither configuration, providers nor state", () => {
  const hook = `data:text/javascript,${encodeURIComponent(REGISTER)}`;
  const { stdout, stderr } = spawnSync(process.execPath, ["--import", hook, FERRY, "version"], {
    encoding: "utf8",
    env,
  });
  const loaded = stdout.split("\n").filter((line) => line.startsWith("loaded "));
  assert.ok(
    loaded.some((line) => line.endsWith("src/cli/commands/version.js")),
    stdout + stderr,
  );
  const heavy =
    /src\/(config|plan|render|live|apply|git|secrets|schema)\/|\/providers\/|\/state\/|node_modules\/(?!clipanion|typanion)/;
  assert.equal(
    loaded.filter((line) => heavy.test(line)),
    [],
  );
});

usage("a reader that goes away ends the output, quietly", () => {
  const { status, stderr } = spawnSync(
    "bash",
    ["-c", `"${process.execPath}" "${FERRY}" schema --all | head -c 10 >/dev/null; echo "\${PIPESTATUS[0]}"`],
    {
      encoding: "utf8",
      env,
    },
  );
  assert.is(status, 0);
  assert.is(stderr, "");
});

usage("stdout that is closed or full is no crash", () => {
  const full = openSync("/dev/full", "w");
  const { stderr } = spawnSync(process.execPath, [FERRY, "version"], {
    encoding: "utf8",
    stdio: ["ignore", full, "pipe"],
    env,
  });
  closeSync(full);
  assert.not.match(stderr, /^\s+at /m);
});

usage("no colour without a terminal, colour when forced, none with NO_COLOR", async () => {
  const escapeCode = "\u001b[";
  const plain = await ferry(["plna"], { cwd });
  assert.not.ok(plain.stderr.includes(escapeCode));
  const forced = await ferry(["plna"], { cwd, env: { FORCE_COLOR: "1" } });
  assert.ok(forced.stderr.includes(escapeCode));
  const refused = await ferry(["plna"], { cwd, env: { FORCE_COLOR: "1", NO_COLOR: "1" } });
  assert.not.ok(refused.stderr.includes(escapeCode));
  const option = await ferry(["plna", "--no-color"], { cwd, env: { FORCE_COLOR: "1" } });
  assert.not.ok(option.stderr.includes(escapeCode));
});

usage("init writes a project and never overwrites", async () => {
  const project = projectOf({ "hosts.yaml": "# mine\n" });
  const first = await ferry(["init", "--json"], { cwd: project.directory });
  assert.is(first.code, 0);
  const { result } = JSON.parse(first.stdout) as { result: { written: string[]; kept: string[] } };
  assert.equal(result.kept, ["hosts.yaml"]);
  assert.equal(result.written, ["ferry.yaml", "zookeeper.yaml", ".gitignore"]);
  const second = await ferry(["init", "--json"], { cwd: project.directory });
  assert.equal((JSON.parse(second.stdout) as { result: { written: string[] } }).result.written, []);
  project.remove();
});

usage("fmt --check finds and fmt corrects, and then there is nothing", async () => {
  const project = projectOf({ "a.yaml": "kind:   A\napiVersion: ferry/v1\n" });
  const check = await ferry(["fmt", "--check", "--diff"], { cwd: project.directory });
  assert.is(check.code, 1);
  assert.match(check.stdout, /^-kind: {3}A$/m);
  assert.is((await ferry(["fmt"], { cwd: project.directory })).stdout, "a.yaml\n");
  assert.is((await ferry(["fmt", "--check"], { cwd: project.directory })).code, 0);
  project.remove();
});

usage("zk-migrate has its five commands, and says what is missing on a command line", () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [join(cwd, "bin", "zk-migrate"), ...args], {
      encoding: "utf8",
      env: { ...process.env, FERRY_DIST: COMPILED },
    });
  const help = run("--help");
  assert.is(help.status, 0);
  for (const name of ["start", "status", "advance", "rollback", "validate"]) {
    assert.match(help.stdout, new RegExp(`^  ${name} `, "m"));
    assert.match(run(name, "--help").stdout, new RegExp(`usage: zk-migrate ${name}`));
  }
  assert.is(run("--version").status, 0);
  const missing = run("start", "--source-zk=a:2181");
  assert.is(missing.status, 1);
  assert.match(missing.stderr, /usage-missing-option.*--config is missing/);
  assert.match(run("advance", "--phase=3").stderr, /usage-confirm/);
  assert.match(run("advance", "--phase=7", "--confirm").stderr, /usage-stage/);
  assert.match(run("advnace").stderr, /Did you mean `zk-migrate advance`/);
  assert.match(run("status", "--phase=3").stderr, /usage-arguments/);
});

usage.run();
