/** The overview of all commands, and the help of one. Prints to stdout; nothing is loaded but what is shown. */
import { ferryVersion } from "../install/root.js";
import { COMMAND_GROUPS, COMMANDS, type CommandEntry, findCommand, subcommandsOf } from "./command-table.js";
import { type OptionName, optionsOf } from "./option-names.js";
import { reportUsage } from "./usage.js";

/** Of the commands' words, with what separates them from the summaries. */
const WIDTH = Math.max(...COMMANDS.map(({ words }) => words.join(" ").length)) + 2;

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
Exit codes: 0 done or nothing to do, 1 error, 2 differences (plan with --detailed-exitcode; drift, sync verify, audit verify
always), or a migration that stopped before its end.
`;
}

function groupHelp(words: readonly string[], commands: readonly CommandEntry[]): string {
  const name = `ferry ${words.join(" ")}`;
  return `usage: ${name} COMMAND\n\n${commands.map(line).join("\n")}\n\nOptions and examples: ${name} COMMAND --help\n`;
}

/** What stands for the value of an option; without an entry it takes none. */
const VALUES: Readonly<Record<string, string>> = {
  "--chdir": "DIRECTORY",
  "--env": "ENV",
  "--exclude": "ADDRESS",
  "--expect": "HASH",
  "--format": "FORMAT",
  "--from": "REF",
  "--gap": "NUMBER",
  "--lock-timeout": "DURATION",
  "--lower": "SIDE",
  "--name": "NAME",
  "--out": "FILE",
  "--parallelism": "NUMBER",
  "--plan": "DIGEST",
  "--reader": "READER",
  "--reason": "TEXT",
  "--stage": "STAGE",
  "--target": "ADDRESS",
  "--timeout": "DURATION",
  "--to": "DIRECTORY",
  "--to-stage": "STAGE",
  "--var": "NAME=VALUE",
  "--var-file": "FILE",
  "--winner": "SIDE",
};

function optionLines(options: readonly OptionName[]): string {
  const left = options.map(({ name, takesValue }) =>
    takesValue ? `${name} ${VALUES[name] ?? "VALUE"}` : name,
  );
  const width = Math.max(...left.map((text) => text.length)) + 2;
  return options
    .map(({ description }, index) => `  ${(left[index] ?? "").padEnd(width)}${description}`)
    .join("\n");
}

/** At blanks, to `width` columns. */
function wrapped(text: string, width: number): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].join("\n");
}

async function commandHelp(entry: CommandEntry): Promise<string> {
  const command = await entry.load();
  const { details, examples } = command.usage ?? {};
  const name = `ferry ${entry.words.join(" ")}`;
  const blocks = [
    `${name}: ${entry.summary}`,
    `usage: ${[name, "[options]", entry.positionals].filter((part) => part !== "").join(" ")}`,
    ...(details === undefined ? [] : [wrapped(details, 100)]),
    `Options\n${optionLines(optionsOf(command))}`,
    `Examples\n${(examples ?? []).map(([what, line]) => `  # ${what}\n  ${line}`).join("\n")}`,
  ];
  return `${blocks.join("\n\n")}\n`;
}

/** Help for what `words` name, the overview for none; null when they name nothing. */
export async function helpText(words: readonly string[]): Promise<string | null> {
  const names = words.filter((word) => !word.startsWith("-"));
  if (names.length === 0) return overview();
  const entry = findCommand(names);
  if (entry !== undefined) return commandHelp(entry);
  const below = subcommandsOf(names);
  return below.length === 0 ? null : groupHelp(names, below);
}

/** Prints it to stdout, or what is wrong with the words. */
export async function printHelp(words: readonly string[]): Promise<number> {
  const text = await helpText(words);
  if (text === null) return reportUsage(words, undefined, undefined);
  process.stdout.write(text);
  return 0;
}
