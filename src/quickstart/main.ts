/** Entry of bin/quickstart: finds ZooKeeper, prepares the folder, tells the story and says what to try next. */
import { join, relative } from "node:path";
import { installRoot } from "../install/root.js";
import { tellStory } from "./story.js";
import {
  chooseFreePorts,
  earlierChoice,
  hasState,
  movePorts,
  prepareWorkspace,
  useContainers,
} from "./workspace.js";
import { provideZooKeeper, type ZooKeeperSource } from "./zookeeper-source.js";

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** Prepares the folder; the first client port. */
async function prepare(folder: string, source: ZooKeeperSource): Promise<number> {
  const example = join(installRoot(), "examples", "quickstart");
  const earlier = hasState(folder) ? earlierChoice(folder) : null;
  prepareWorkspace(example, folder);
  if (source.kind === "docker") useContainers(folder, source);
  if (earlier === null) return chooseFreePorts(folder);
  if (earlier.containers !== (source.kind === "docker")) {
    throw new Error(
      `an earlier quickstart runs its servers ${earlier.containers ? "in containers" : "as processes"}, and this one would not. ` +
        "Remove the earlier one first",
    );
  }
  movePorts(folder, earlier.shift);
  say(
    "An earlier quickstart is there: its files are reset to the example, its servers are kept and brought in step.",
  );
  return (22 + earlier.shift) * 1000 + 181;
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
  const source = await provideZooKeeper((line) => say(`  ${line}`));
  if (source === null) {
    process.stderr.write(
      "quickstart: ZooKeeper could not be made available. Nothing was started.\n" +
        "  Set ZOOKEEPER_HOME to an unpacked ZooKeeper 3.4 to 3.9, or install Debian's package `zookeeper`, or Maven (`mvn`),\n" +
        "  or start a Docker engine, and run this again.\n",
    );
    process.exitCode = 1;
    return;
  }
  const first = await prepare(folder, source);
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
