/**
 * Entry of the command: finds the command that is meant, loads only that one, runs it and sets the exit code. It prints
 * usage and usage errors, nothing else.
 */
import { Cli, type CommandClass } from "clipanion";
import { parseArguments } from "./arguments.js";
import { type CommandEntry, findCommand } from "./command-table.js";

function cliOf(command: CommandClass): Cli {
  return Cli.from(command, { binaryName: "ferry", enableColors: false, enableCapture: false });
}

async function usageProblem(
  words: readonly string[],
  entry: CommandEntry | undefined,
  error: unknown,
): Promise<number> {
  const { reportUsage } = await import("./usage.js");
  return reportUsage(words, entry, error);
}

async function runCommand(words: readonly string[]): Promise<number> {
  const entry = findCommand(words);
  if (entry === undefined) return usageProblem(words, undefined, undefined);
  const cli = cliOf(await entry.load());
  let command: ReturnType<Cli["process"]>;
  try {
    command = cli.process([...words]);
  } catch (error) {
    return usageProblem(words, entry, error);
  }
  command.context = { ...Cli.defaultContext };
  return command.execute().then((code) => Number(code ?? 0));
}

async function main(): Promise<number> {
  const { help, version, words } = parseArguments(process.argv.slice(2));
  if (version) return runCommand(["version"]);
  if (help || words.length === 0) {
    const { printHelp } = await import("./help.js");
    return printHelp(words);
  }
  return runCommand(words);
}

/** What went wrong outside any command; a command turns its own errors into answers. */
function unexpected(error: unknown): number {
  const message = error instanceof Error ? error.message : String(error);
  const shown = process.env["FERRY_DEBUG"] && error instanceof Error ? error.stack : message;
  process.stderr.write(
    `error: ferry came upon something it did not expect: ${shown}\n` +
      "  Run the same command with FERRY_DEBUG=1 to see where it happened, and please report it.\n",
  );
  return 1;
}

process.on("uncaughtException", (error) => process.exit(unexpected(error)));
// Reported here, not by the runtime, so that nobody is shown a stack; writes to pipes and files are synchronous.
const code = await main().catch(unexpected);
process.exit(process.exitCode === undefined ? code : Number(process.exitCode) || code);
