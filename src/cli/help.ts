/** The overview of all commands, and the help of one. Prints to stdout; nothing is loaded but what is shown. */
import { Cli } from "clipanion";
import { ferryVersion } from "../install/root.js";
import { COMMAND_GROUPS, COMMANDS, type CommandEntry, findCommand, subcommandsOf } from "./command-table.js";
import { reportUsage } from "./usage.js";

const WIDTH = 18;

function line(command: CommandEntry): string {
  return `  ${command.words.join(" ").padEnd(WIDTH)}${command.summary}`;
}

function overview(): string {
  const groups = COMMAND_GROUPS.map((group) => {
    const commands = COMMANDS.filter((command) => command.group === group);
    return `${group}\n${commands.map(line).join("\n")}`;
  });
  return `ferry ${ferryVersion()}: plan and apply platforms of ZooKeeper from YAML in git

usage: ferry COMMAND [options] [files or folders]

${groups.join("\n\n")}

Options and examples of a command: ferry COMMAND --help
Exit codes: 0 done or nothing to do, 1 error, 2 changes or drift (plan with --detailed-exitcode; drift always).
`;
}

function groupHelp(word: string, commands: readonly CommandEntry[]): string {
  return `usage: ferry ${word} COMMAND\n\n${commands.map(line).join("\n")}\n\nOptions and examples: ferry ${word} COMMAND --help\n`;
}

/** Help for what `words` name; the overview for none. */
export async function printHelp(words: readonly string[], colour: boolean): Promise<number> {
  const names = words.filter((word) => !word.startsWith("-"));
  const [first] = names;
  if (first === undefined) {
    process.stdout.write(overview());
    return 0;
  }
  const entry = findCommand(names);
  if (entry !== undefined) {
    const command = await entry.load();
    const cli = Cli.from(command, { binaryName: "ferry", enableColors: colour });
    process.stdout.write(cli.usage(command, { detailed: true }));
    return 0;
  }
  const below = subcommandsOf(first);
  if (below.length === 0 || names.length > 1) return reportUsage(names, undefined, undefined);
  process.stdout.write(groupHelp(first, below));
  return 0;
}
