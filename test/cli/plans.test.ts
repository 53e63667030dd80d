/** Planning and applying on the command line: exit codes, saved plans, selections, formats. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ferry } from "./ferry.js";
import { actions, applied, host, hostProject, json, type Project, run } from "./hosts.js";

const cli = suite<{ project: Project }>("plans");
cli.before.each((context) => {
  context.project = hostProject();
});
cli.after.each(({ project }) => project.remove());

cli("plan, apply and plan again: exit codes as CI wants them", async ({ project }) => {
  assert.is((await run(project, "plan")).code, 0);
  assert.is((await run(project, "plan", "--detailed-exitcode")).code, 2);
  await applied(project);
  assert.is((await run(project, "plan", "--detailed-exitcode")).code, 0);
  assert.is((await run(project, "drift")).code, 0);
  project.write("a.yaml", host("a", "localhost"));
  assert.is((await run(project, "plan", "-detailed-exitcode")).code, 2);
  assert.is((await run(project, "drift")).code, 0, "a changed configuration is no drift");
  rmSync(join(project.directory, ".ferry/hosts/b"), { recursive: true });
  assert.is((await run(project, "drift")).code, 2);
});

cli("plan changes nothing, not even a folder", async ({ project }) => {
  await run(project, "plan", "--out", "p.plan");
  assert.not.ok(existsSync(join(project.directory, ".ferry")));
});

cli(
  "a broken configuration: exit code 1 everywhere, the place, and nothing on stdout",
  async ({ project }) => {
    project.write("b.yaml", host("b").replace("address:", "adress:"));
    for (const command of ["validate", "plan", "apply", "drift", "destroy", "graph"]) {
      const extra = ["apply", "destroy"].includes(command) ? ["--auto-approve"] : [];
      const { code, stdout, stderr } = await run(project, command, ...extra);
      assert.is(code, 1, command);
      assert.is(stdout, "", command);
      assert.match(stderr, /b\.yaml:5:3/, command);
    }
    const document = await json(project, "validate");
    assert.ok(document.diagnostics.length > 0);
    assert.is(document.result, null);
  },
);

cli("without a terminal apply wants an approval by option, and does nothing before", async ({ project }) => {
  for (const command of ["apply", "destroy"]) {
    const { code, stderr } = await run(project, command);
    assert.is(code, 1);
    assert.match(stderr, /approval-needed/);
    assert.match(stderr, /--auto-approve/);
  }
  assert.not.ok(existsSync(join(project.directory, ".ferry/hosts")));
});

cli("a saved plan is applied without a question, once", async ({ project }) => {
  const saved = await run(project, "plan", "-out=p.plan");
  assert.match(saved.stdout, /ferry apply p\.plan/);
  assert.is((await run(project, "apply", "p.plan")).code, 0);
  const again = await run(project, "apply", "p.plan");
  assert.is(again.code, 1);
  assert.match(again.stderr, /plan-stale/);
});

cli(
  "a saved plan is refused when configuration, state or the world moved, naming what",
  async ({ project }) => {
    await applied(project);
    project.write("a.yaml", host("a", "localhost"));
    await run(project, "plan", "--out", "p.plan");
    project.write("a.yaml", host("a", "localhost.localdomain"));
    const configuration = await run(project, "apply", "p.plan");
    assert.is(configuration.code, 1);
    assert.match(configuration.stderr, /the configuration: /);
    project.write("a.yaml", host("a", "localhost"));
    rmSync(join(project.directory, ".ferry/hosts/b"), { recursive: true });
    const world = await run(project, "apply", "p.plan");
    assert.is(world.code, 1);
    assert.match(world.stderr, /live Host\/b: it is no longer there/);
    await run(project, "state", "rm", "Host/b");
    const state = await run(project, "apply", "p.plan");
    assert.is(state.code, 1);
    assert.match(state.stderr, /serial/);
    const before = readFileSync(join(project.directory, ".ferry/state.json"), "utf8");
    assert.match(before, /127\.0\.0\.1/, "nothing of it was applied");
  },
);

cli(
  "a saved plan brings its own selection and refuses others; what is no plan is refused",
  async ({ project }) => {
    await run(project, "plan", "--target", "Host/a", "--out", "p.plan");
    const conflict = await run(project, "apply", "p.plan", "--target", "Host/b");
    assert.is(conflict.code, 1);
    assert.match(conflict.stderr, /usage-conflict/);
    assert.is((await run(project, "apply", "p.plan")).code, 0);
    assert.is((await run(project, "state", "list")).stdout, "Host/a\n");
    project.write("x.plan", "something else");
    assert.match((await run(project, "apply", "x.plan")).stderr, /plan-file-invalid/);
    assert.match((await run(project, "apply", "no.plan")).stderr, /plan-file-unreadable/);
  },
);

cli("--target, --exclude and --parallelism", async ({ project }) => {
  const plan = await json(project, "plan", "--exclude=Host/a", "--parallelism", "1");
  assert.equal(actions(plan.result), { "Host/a": "no-op", "Host/b": "create" });
  const wrong = await json(project, "plan", "--target", "Host/c");
  assert.is(wrong.exitCode, 1);
  assert.equal(
    wrong.diagnostics.map((diagnostic) => diagnostic.code),
    ["unknown-target"],
  );
});

cli(
  "files given by position are the whole configuration, with a warning about what goes",
  async ({ project }) => {
    await applied(project);
    const plan = await json(project, "plan", "a.yaml");
    assert.equal(actions(plan.result), { "Host/a": "no-op", "Host/b": "delete" });
    assert.ok(plan.diagnostics.some((diagnostic) => diagnostic.code === "partial-configuration"));
    await run(project, "plan", "a.yaml", "--out", "p.plan");
    assert.is((await run(project, "apply", "p.plan", "a.yaml")).code, 0);
    assert.is((await run(project, "state", "list")).stdout, "Host/a\n");
  },
);

cli("plan --from compares two configurations and looks at nothing live", async ({ project }) => {
  const git = (...args: string[]): string =>
    execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.org", ...args], {
      cwd: project.directory,
      encoding: "utf8",
    });
  git("init", "-q", "-b", "main");
  git("add", ".");
  git("commit", "-qm", "first");
  project.write("a.yaml", host("a", "localhost"));
  rmSync(join(project.directory, "b.yaml"));
  project.write("c.yaml", host("c"));
  const plan = await json(project, "plan", "--from", "main");
  assert.equal(actions(plan.result), { "Host/a": "update", "Host/b": "delete", "Host/c": "create" });
  assert.not.ok(existsSync(join(project.directory, ".ferry")));
  const dirty = await run(project, "plan");
  assert.match(dirty.stderr, /git-dirty/);
  assert.match((await run(project, "plan", "--from", "mian")).stderr, /Did you mean main\?/);
});

cli("Markdown for a pull request, text without colour, JSON with the plan", async ({ project }) => {
  const markdown = await run(project, "plan", "--format", "markdown");
  assert.match(markdown.stdout, /<details>/);
  const text = await run(project, "plan");
  assert.not.ok(text.stdout.includes("\u001b["));
  const coloured = await ferry(["plan"], { cwd: project.directory, env: { FORCE_COLOR: "1" } });
  assert.ok(coloured.stdout.includes("\u001b["));
  const plan = await json(project, "plan");
  assert.is(plan.command, "plan");
  assert.is(plan.result["applicable"], true);
});

cli.run();
