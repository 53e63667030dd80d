/** The commands around the state: show, state, import, refresh, destroy; variables and what else concerns all commands. */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ferry } from "./ferry.js";
import { actions, applied, host, hostProject, json, type Project, run } from "./hosts.js";

const cli = suite<{ project: Project }>("state commands");
cli.before.each((context) => {
  context.project = hostProject();
});
cli.after.each(({ project }) => project.remove());

cli("the state can be looked at however broken the configuration is", async ({ project }) => {
  await applied(project);
  project.write("b.yaml", "kind: [");
  const { code, stdout } = await run(project, "state", "list");
  assert.is(code, 0);
  assert.is(stdout, "Host/a\nHost/b\n");
});

cli("show: the state, one resource with a fresh reading, a saved plan", async ({ project }) => {
  assert.match((await run(project, "show")).stdout, /nothing has been applied/);
  await applied(project);
  const state = await json(project, "show");
  assert.is((state.result["resources"] as unknown[]).length, 2);
  const one = await json(project, "show", "Host/a");
  assert.is((one.result["live"] as { status: string }).status, "present");
  await run(project, "plan", "--out", "p.plan");
  assert.match((await run(project, "show", "p.plan", "--format", "markdown")).stdout, /no changes/i);
  const typo = await run(project, "show", "Hots/a");
  assert.is(typo.code, 1);
  assert.match(typo.stderr, /Did you mean Host\/a\?/);
});

cli("state mv, rm and history; import takes over what was forgotten", async ({ project }) => {
  await applied(project);
  assert.is((await run(project, "state", "mv", "Host/b", "Host/c")).code, 0);
  assert.is((await run(project, "state", "list")).stdout, "Host/a\nHost/c\n");
  assert.is((await run(project, "state", "mv", "Host/c", "Host/b")).code, 0);
  assert.is((await run(project, "state", "rm", "Host/a", "Host/b")).code, 0);
  const unmanaged = await json(project, "plan");
  assert.is(unmanaged.exitCode, 1);
  assert.ok(unmanaged.diagnostics.every((diagnostic) => diagnostic.code === "exists-unmanaged"));
  assert.is((await run(project, "import", "Host/a", ".ferry/hosts/a")).code, 0);
  assert.match((await run(project, "import", "Host/a", ".ferry/hosts/a")).stderr, /import-recorded/);
  assert.match((await run(project, "import", "Host/b")).stderr, /usage-import/);
  assert.match((await run(project, "import", "Host/z", "x")).stderr, /import-not-declared/);
  assert.is((await run(project, "import", "Host/b", ".ferry/hosts/b")).code, 0);
  assert.is((await run(project, "plan", "--detailed-exitcode")).code, 0);
  const history = await json(project, "state", "history");
  assert.ok((history.result["versions"] as unknown[]).length > 2);
  assert.match((await run(project, "state", "rm", "Host/z")).stderr, /state-no-such-resource/);
});

cli("destroy removes everything, and preventDestroy forbids it", async ({ project }) => {
  await applied(project);
  project.write(
    "a.yaml",
    host("a").replace("{ name: a }", "{ name: a, lifecycle: { preventDestroy: true } }"),
  );
  const refused = await run(project, "destroy", "--auto-approve");
  assert.is(refused.code, 1);
  assert.match(refused.stderr, /prevent-destroy/);
  assert.is((await run(project, "state", "list")).stdout, "Host/a\nHost/b\n");
  project.write("a.yaml", host("a"));
  assert.is((await run(project, "destroy", "--auto-approve")).code, 0);
  assert.is((await run(project, "state", "list")).stdout, "");
  assert.not.ok(existsSync(join(project.directory, ".ferry/hosts/a")));
});

cli("providers, graph and schema", async ({ project }) => {
  const providers = await json(project, "providers");
  assert.equal(
    (providers.result["providers"] as { name: string }[]).map(({ name }) => name),
    ["host", "zookeeper", "mesos", "marathon", "migration"],
  );
  assert.match((await run(project, "graph", "--format", "dot")).stdout, /^digraph ferry/);
  assert.is(((await json(project, "graph")).result["nodes"] as unknown[]).length, 2);
  const schema = JSON.parse((await run(project, "schema", "Host")).stdout) as { title: string };
  assert.type(schema.title, "string");
});

cli("the unexpected is one message, and a stack only on request", async ({ project }) => {
  const broken = { cwd: project.directory, env: { FERRY_DIST: join(project.directory, "nowhere") } };
  const notBuilt = await ferry(["plan"], broken);
  assert.is(notBuilt.code, 1);
  assert.match(notBuilt.stderr, /not compiled yet/);
});

cli("apply as JSON: the plan and what was done", async ({ project }) => {
  const document = await json(project, "apply", "--auto-approve");
  const execution = document.result["execution"] as { outcome: string; results: { status: string }[] };
  assert.is(execution.outcome, "complete");
  assert.equal(
    execution.results.map((result) => result.status),
    ["done", "done"],
  );
});

cli("variables, environments and another directory", async ({ project }) => {
  project.write(
    "ferry.yaml",
    "apiVersion: ferry/v1\nkind: Project\nmetadata: { name: p }\nspec: { variables: { where: { type: string } } }\n",
  );
  project.write("a.yaml", host("a", `\${var.where}`));
  assert.match((await run(project, "validate")).stderr, /missing-variable/);
  assert.is((await run(project, "validate", "-var", "where=h1")).code, 0);
  const given = { cwd: "/", env: { FERRY_VAR_where: "h2" } };
  const elsewhere = await ferry(["-chdir", project.directory, "plan", "--json"], given);
  assert.match(elsewhere.stdout, /"h2"/);
  project.write("overlays/staging.vars.yaml", "where: h3\n");
  assert.match((await run(project, "plan", "--env", "staging")).stdout, /h3/);
});

cli("refresh-only brings the state up to date, --no-refresh believes it", async ({ project }) => {
  await applied(project);
  rmSync(join(project.directory, ".ferry/hosts/b"), { recursive: true });
  const believed = await json(project, "plan", "--no-refresh");
  assert.equal(actions(believed.result), { "Host/a": "no-op", "Host/b": "no-op" });
  assert.is((await run(project, "plan", "--refresh-only", "--detailed-exitcode")).code, 2);
  assert.is((await run(project, "apply", "--refresh-only", "--auto-approve")).code, 0);
  assert.is((await run(project, "drift")).code, 0);
  assert.not.ok(existsSync(join(project.directory, ".ferry/hosts/b")), "nothing was made");
  assert.equal(actions((await json(project, "plan")).result), { "Host/a": "no-op", "Host/b": "create" });
});

cli.run();
