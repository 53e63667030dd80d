/** Entry of bin/quickstart: finds ZooKeeper, prepares the folder, tells the story and says what to try next. */
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { installRoot } from "../install/root.js";
import { tellStory } from "./story.js";
import { chooseFreePorts, hasState, prepareWorkspace, shiftPorts } from "./workspace.js";

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** The ports an earlier run chose, so that a second run finds its own servers; 0 when the files are not there. */
function earlierShift(folder: string): number {
  const found = /clientPort: (\d\d)181/.exec(readFileSync(join(folder, "zk-a.yaml"), "utf8"));
  return found === null ? 0 : Number(found[1]) - 22;
}

async function prepare(folder: string): Promise<number> {
  const example = join(installRoot(), "examples", "quickstart");
  if (!hasState(folder)) {
    prepareWorkspace(example, folder);
    return chooseFreePorts(folder);
  }
  const shift = earlierShift(folder);
  prepareWorkspace(example, folder);
  if (shift !== 0) {
    const { writeFileSync } = await import("node:fs");
    for (const name of ["zk-a.yaml", "zk-b.yaml"]) {
      const file = join(folder, name);
      writeFileSync(file, shiftPorts(readFileSync(file, "utf8"), shift));
    }
  }
  say(
    "An earlier quickstart is there: its files are reset to the example, its servers are kept and brought in step.",
  );
  return (22 + shift) * 1000 + 181;
}

function next(folder: string): void {
  const chdir = `--chdir ${relative(process.cwd(), folder) || "."}`;
  say(`
── Both ensembles are left running. Three things to try:

  bin/ferry show ${chdir} ZooKeeperEnsemble/zk-a     # roles, zxid, latency, connections
  bin/ferry graph ${chdir}                          # what depends on what
  bin/ferry plan ${chdir} --format markdown         # a plan as a pull request shows it (edit a file there first)

Remove everything again:

  bin/ferry destroy ${chdir} --auto-approve`);
}

async function main(): Promise<void> {
  const folder = join(process.cwd(), "quickstart");
  const first = await prepare(folder);
  const connectString = [0, 1, 2].map((offset) => `127.0.0.1:${first + offset}`).join(",");
  say(
    `The configuration is in ${relative(process.cwd(), folder)}/: a copy of examples/quickstart, yours to edit.`,
  );
  await tellStory({ folder, connectString, say });
  next(folder);
}

try {
  await main();
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(
    `\nquickstart: ${message}\nWhat was started is still there; look at it with \`bin/ferry show --chdir quickstart\`, ` +
      "run bin/quickstart again to go on, or remove it with `bin/ferry destroy --chdir quickstart --auto-approve`.\n",
  );
  process.exitCode = 1;
}
