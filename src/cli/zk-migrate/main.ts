/** Entry of `zk-migrate`: finds the command that is meant, runs it and sets the exit code. It prints usage and usage errors, nothing else. */
import { Cli, type CommandClass } from "clipanion";
import { errorDiagnostic } from "../../diagnostics/diagnostic.js";
import { nearest } from "../../diagnostics/suggestion.js";
import { ferryVersion } from "../../install/root.js";
import { optionsOf } from "../option-names.js";
import { failure, printReply } from "../reply.js";
import { createTerminal } from "../terminal.js";
import {
  ZkAdvanceCommand,
  ZkRollbackCommand,
  ZkStartCommand,
  ZkStatusCommand,
  ZkValidateCommand,
} from "./commands.js";

const COMMANDS: ReadonlyMap<string, CommandClass> = new Map<string, CommandClass>([
  ["start", ZkStartCommand],
  ["status", ZkStatusCommand],
  ["advance", ZkAdvanceCommand],
  ["rollback", ZkRollbackCommand],
  ["validate", ZkValidateCommand],
]);

const NAME_WIDTH = 10;

function overview(): string {
  const lines = [...COMMANDS].map(
    ([name, command]) => `  ${name.padEnd(NAME_WIDTH)}${command.usage?.description ?? ""}`,
  );
  return `zk-migrate of ferry ${ferryVersion()}: move a live platform from one ZooKeeper ensemble to another

usage: zk-migrate COMMAND [options]

${lines.join("\n")}

Options and examples of a command: zk-migrate COMMAND --help
What it does not have (pause, resume, approve, report, list, audit) has \`ferry migrate\`, over the same engine and records.
Exit codes: 0 done, 1 error, 2 the migration stopped before its end, or validate found something that does not hold.
`;
}

function commandHelp(name: string, command: CommandClass): string {
  const options = optionsOf(command);
  const left = options.map((option) => (option.takesValue ? `${option.name}=VALUE` : option.name));
  const width = Math.max(...left.map((text) => text.length)) + 2;
  const lines = options.map(({ description }, at) => `  ${(left[at] ?? "").padEnd(width)}${description}`);
  const examples = (command.usage?.examples ?? []).map(([what, line]) => `  # ${what}\n  ${line}`);
  return `zk-migrate ${name}: ${command.usage?.description ?? ""}

usage: zk-migrate ${name} [options]

Options
${lines.join("\n")}

Examples
${examples.join("\n")}
`;
}

async function misunderstood(words: readonly string[], reason: string, remedy: string): Promise<number> {
  const { stdin, stdout, stderr, env } = process;
  const terminal = createTerminal({ stdin, stdout, stderr, env, noColour: words.includes("--no-color") });
  const diagnostic = errorDiagnostic("usage-arguments", reason, { detail: "Nothing was changed.", remedy });
  const command = words[0] ?? "";
  const json = words.includes("--json");
  await printReply(failure([diagnostic]), terminal, { command, json, redact: (text) => text });
  return 1;
}

async function main(argv: readonly string[]): Promise<number> {
  const words = argv[0] === "help" ? [...argv.slice(1), "--help"] : argv;
  const [name = ""] = words;
  const wantsHelp = words.some((word) => word === "--help" || word === "-h");
  if (name === "--version" || name === "version") {
    process.stdout.write(`zk-migrate of ferry ${ferryVersion()}\n`);
    return 0;
  }
  const command = COMMANDS.get(name);
  if (command === undefined) {
    if (wantsHelp || words.length === 0) {
      process.stdout.write(overview());
      return 0;
    }
    const near = nearest(name, [...COMMANDS.keys()]);
    const meant = near === undefined ? "" : `Did you mean \`zk-migrate ${near}\`? `;
    return misunderstood(
      words,
      `there is no command \`zk-migrate ${name}\``,
      `${meant}See zk-migrate --help.`,
    );
  }
  if (wantsHelp) {
    process.stdout.write(commandHelp(name, command));
    return 0;
  }
  return run(words, command);
}

async function run(words: readonly string[], command: CommandClass): Promise<number> {
  const cli = Cli.from(command, { binaryName: "zk-migrate", enableColors: false, enableCapture: false });
  let parsed: ReturnType<Cli["process"]>;
  try {
    parsed = cli.process([...words]);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const line = message.replace(/^Unknown Syntax Error: /, "").split("\n")[0] ?? "";
    const reason = `\`zk-migrate ${words.join(" ")}\` cannot be understood: ${line}`;
    return misunderstood(words, reason, `See zk-migrate ${words[0]} --help.`);
  }
  parsed.context = { ...Cli.defaultContext };
  return parsed.execute().then((code) => Number(code ?? 0));
}

/** What went wrong outside any command; a command turns its own errors into answers. */
function unexpected(error: unknown): number {
  const message = error instanceof Error ? error.message : String(error);
  const shown = process.env["FERRY_DEBUG"] && error instanceof Error ? error.stack : message;
  process.stderr.write(`error: zk-migrate came upon something it did not expect: ${shown}\n`);
  return 1;
}

process.on("uncaughtException", (error) => process.exit(unexpected(error)));
const code = await main(process.argv.slice(2)).catch(unexpected);
process.exit(process.exitCode === undefined ? code : Number(process.exitCode) || code);
