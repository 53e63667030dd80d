/** The command on projects that need no server: what CI, scripts and careful engineers rely on. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Answer, COMPILED, FERRY, ferry, projectOf } from "./ferry.js";

const host = (name: string, address = "127.0.0.1"): string => `apiVersion: ferry/v1
kind: Host
metadata: { name: ${name} }
spec:
  address: ${address}
  runtime: { process: { workDir: .ferry/hosts/${name} } }
`;

const commands = suite<{
  project: ReturnType<typeof projectOf>;
  run: (...args: string[]) => Promise<Answer>;
}>("projects");

commands.before.each((context) => {
  const project = projectOf({ "a.yaml": host("a"), "b.yaml": host("b") });
  context.project = project;
  context.run = (...args) => ferry(args, { cwd: project.directory });
});
commands.after.each(({ project }) => project.remove());

const git = (directory: string, ...args: string[]): string =>
  execFileSync(
    "git",
    ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main", ...args],
    {
      cwd: directory,
      encoding: "utf8",
    },
  );

commands("plan and apply give 0, 2 and 0 as CI expects", async ({ run }) => {
  assert.is((await run("plan")).code, 0);
  assert.is((await run("plan", "--detailed-exitcode")).code, 2);
  assert.is((await run("apply", "--auto-approve")).code, 0);
  assert.is((await run("plan", "--detailed-exitcode")).code, 0);
  assert.is((await run("drift")).code, 0);
});

commands("without a terminal and without --auto-approve nothing is applied", async ({ run, project }) => {
  const answer = await run("apply");
  assert.is(answer.code, 1);
  assert.match(answer.stderr, "--auto-approve");
  assert.not.ok(existsSync(join(project.directory, ".ferry", "hosts")));
});

commands(
  "a saved plan is refused when the configuration has changed, naming what",
  async ({ run, project }) => {
    await run("plan", "--out", "p.plan");
    project.write("a.yaml", host("a", "127.0.0.2"));
    const answer = await run("apply", "p.plan");
    assert.is(answer.code, 1);
    assert.match(answer.stderr, "plan-stale");
    assert.match(answer.stderr, "Host/a");
    assert.not.ok(existsSync(join(project.directory, ".ferry", "hosts")));
  },
);

commands("a saved plan is refused when what is live has changed, naming what", async ({ run, project }) => {
  await run("apply", "--auto-approve");
  project.write("a.yaml", host("a", "127.0.0.2"));
  assert.is((await run("plan", "--out", "p.plan")).code, 0);
  rmSync(join(project.directory, ".ferry/hosts/a"), { recursive: true });
  const answer = await run("apply", "p.plan");
  assert.is(answer.code, 1);
  assert.match(answer.stderr, "Host/a");
});

commands("a saved plan is refused when somebody has applied since", async ({ run, project }) => {
  await run("plan", "--out", "p.plan");
  project.write("c.yaml", host("c"));
  await run("apply", "--auto-approve", "--target", "Host/c");
  project.write("c.yaml", "");
  const answer = await run("apply", "p.plan");
  assert.is(answer.code, 1);
  assert.match(answer.stderr, "serial");
});

commands("a torn plan file is named as such, with no stack", async ({ run, project }) => {
  await run("plan", "--out", "p.plan");
  const text = readFileSync(join(project.directory, "p.plan"), "utf8");
  writeFileSync(join(project.directory, "p.plan"), text.slice(0, text.length / 2));
  const answer = await run("apply", "p.plan");
  assert.is(answer.code, 1);
  assert.match(answer.stderr, "plan-file-invalid");
  assert.not.match(answer.stderr, /\n\s+at /);
});

commands("--json gives one document, for errors too", async ({ run, project }) => {
  const plan = JSON.parse((await run("plan", "--json")).stdout) as {
    formatVersion: number;
    exitCode: number;
  };
  assert.is(plan.formatVersion, 1);
  assert.is(plan.exitCode, 0);
  project.write("a.yaml", "kind: Hots\n");
  const answer = await run("plan", "--json");
  const document = JSON.parse(answer.stdout) as { exitCode: number; diagnostics: { code: string }[] };
  assert.is(answer.code, 1);
  assert.is(document.exitCode, 1);
  assert.ok(document.diagnostics.length > 0);
});

commands("--from compares with a commit, and plans carry theirs", async ({ run, project }) => {
  git(project.directory, "init", "-q");
  writeFileSync(join(project.directory, ".gitignore"), ".ferry/\n");
  git(project.directory, "add", ".");
  git(project.directory, "commit", "-qm", "first");
  const commit = git(project.directory, "rev-parse", "HEAD").trim();
  project.write("b.yaml", host("b", "127.0.0.9"));
  const answer = await run("plan", "--from", "HEAD");
  assert.is(answer.code, 0, answer.stderr);
  assert.match(answer.stdout, "127.0.0.9");
  assert.not.match(answer.stdout, "Host/a  ");
  const plan = JSON.parse((await run("plan", "--json")).stdout) as {
    result: { git: { commit: string; dirty: boolean } };
  };
  assert.is(plan.result.git.commit, commit);
  assert.is(plan.result.git.dirty, true);
  const unknown = await run("plan", "--from", "mian");
  assert.is(unknown.code, 1);
  assert.match(unknown.stderr, "main");
});

commands("a reader that stops early is no error", ({ project }) => {
  const env = { ...process.env, FERRY_DIST: COMPILED };
  const script = `node "${FERRY}" plan | head -1; echo "$\{PIPESTATUS[0]}"`;
  const answer = spawnSync("bash", ["-c", script], { cwd: project.directory, env, encoding: "utf8" });
  assert.is(answer.stderr, "");
  assert.match(answer.stdout, /\n0\n$/);
});

commands("no colour without a terminal", async ({ run }) => {
  const answer = await run("plan");
  assert.not.match(answer.stdout + answer.stderr, "\u001b[");
});

commands("a state that was damaged is never believed", async ({ run, project }) => {
  await run("apply", "--auto-approve");
  const file = join(project.directory, ".ferry", "state.json");
  writeFileSync(file, readFileSync(file, "utf8").replace("127.0.0.1", "127.0.0.7"));
  const answer = await run("plan");
  assert.is(answer.code, 1);
  assert.match(answer.stderr, "state-damaged");
});

commands("what the state lost is found again by import", async ({ run }) => {
  await run("apply", "--auto-approve");
  assert.is((await run("state", "rm", "Host/a")).code, 0);
  const refused = await run("plan");
  assert.is(refused.code, 1);
  assert.match(refused.stderr, "ferry import Host/a");
  const imported = await run("import", "Host/a", ".ferry/hosts/a");
  assert.is(imported.code, 0, imported.stderr);
  assert.is((await run("plan", "--detailed-exitcode")).code, 0);
});

commands("a directory that cannot be read or written is said to be so", async ({ run, project }) => {
  const answer = await run("plan", "nowhere.yaml");
  assert.is(answer.code, 1);
  assert.match(answer.stderr, "nowhere.yaml");
  mkdirSync(join(project.directory, "out.plan"));
  const written = await run("plan", "--out", "out.plan");
  assert.is(written.code, 1);
  assert.match(written.stderr, "out.plan");
  assert.not.match(written.stderr, /\n\s+at /);
});

commands.run();
