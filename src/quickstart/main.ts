/** Entry of bin/quickstart: finds ZooKeeper, prepares the folder, tells the story and says what to try next. */
import { join, relative } from "node:path";
import { installRoot } from "../install/root.js";
import { isForeign, REHEARSAL, tellRehearsal } from "./rehearsal.js";
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

function next(folder: string, isRehearsed: boolean): void {
  const chdir = `--chdir ${relative(process.cwd(), folder) || "."}`;
  say(`
── Both ensembles are left running. Three things to try:

  bin/ferry show ${chdir} ZooKeeperEnsemble/zk-a     # roles, zxid, latency, connections
  bin/ferry graph ${chdir}                          # what depends on what
  bin/ferry plan ${chdir} --format markdown         # a plan as a pull request shows it (edit a file there first)`);
  if (isRehearsed) nextRehearsal();
  say(`
Remove everything again:

  bin/ferry destroy ${chdir} --auto-approve`);
  if (isRehearsed) say(`  bin/ferry sandbox down --dir ${REHEARSAL}`);
}

function nextRehearsal(): void {
  const chdir = `--chdir ${REHEARSAL}`;
  say(
    `
── So is the platform, now on B:

  bin/ferry sandbox status --dir ${REHEARSAL}           # who leads, where the tasks are
  bin/ferry migrate status ${chdir} --plan  # the whole plan, all six stages
  bin/ferry migrate report ${chdir}         # the whole report

Once more from the start, and back from half-way: begin it in one terminal,

  bin/ferry sandbox down --dir ${REHEARSAL} && bin/ferry sandbox up --both --dir ${REHEARSAL}
  bin/ferry migrate start ${chdir} --watch

and while it runs, in another one:

  bin/ferry migrate pause ${chdir}                 # between two actions
  bin/ferry migrate rollback ${chdir} --to-stage 1 # what was done is taken back, and proved
  bin/ferry migrate resume ${chdir}                # forward again
`.trimEnd(),
  );
}

/** False where it cannot run here, which is said. */
async function rehearse(source: ZooKeeperSource): Promise<boolean> {
  if (source.kind === "docker") {
    say(
      "\nThe rehearsal of a migration is left out: its platform runs as processes, and there is no ZooKeeper for them here, only in containers.",
    );
    return false;
  }
  if (isForeign(process.cwd())) {
    say(
      `\nThe rehearsal of a migration is left out: ${REHEARSAL}/ holds what no sandbox wrote. Move it away and run this again to see it.`,
    );
    return false;
  }
  try {
    await tellRehearsal({ directory: process.cwd(), say });
    return true;
  } catch (error) {
    throw new Error(
      `${messageOf(error)}\nThe rehearsal lies in ${REHEARSAL}/ and is removed with \`bin/ferry sandbox down --dir ${REHEARSAL}\`.`,
    );
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
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
  next(folder, await rehearse(source));
}

try {
  await main();
} catch (error) {
  process.stderr.write(
    `\nquickstart: ${messageOf(error)}\nWhat was started is still there; look at it with \`bin/ferry show --chdir quickstart\`, ` +
      "run bin/quickstart again to go on, or remove it with `bin/ferry destroy --chdir quickstart --auto-approve`.\n",
  );
  process.exitCode = 1;
}
