/**
 * Answers to a command line that cannot be understood: what is wrong with it, what was probably meant, and where help is.
 * Always exit code 1; the JSON form when the line asks for JSON.
 */
import { type Diagnostic, errorDiagnostic } from "../diagnostics/diagnostic.js";
import { nearest } from "../diagnostics/suggestion.js";
import { type CommandEntry, findCommand, groupOf, subcommandsOf, topLevelWords } from "./command-table.js";
import { optionsOf } from "./option-names.js";
import { failure, printReply } from "./reply.js";
import { createTerminal } from "./terminal.js";

/** The beginning of a remedy; empty when nothing is near. `before` goes in front of the word. */
function meant(word: string, known: readonly string[], before = ""): string {
  const near = nearest(word, known);
  return near === undefined ? "" : `Did you mean \`${before}${near}\`? `;
}

function unknownCommand(words: readonly string[]): Diagnostic {
  const first = words[0] ?? "";
  const group = groupOf(words);
  if (group.length > 0) return unknownBelow(group, words[group.length]);
  if (first.startsWith("-")) {
    return errorDiagnostic("usage-command", `a command is missing before ${first}`, {
      remedy:
        "Write the command first, for example `ferry plan --out plan.json`. Run `ferry --help` for all of them.",
    });
  }
  return errorDiagnostic("usage-command", `there is no command \`ferry ${first}\``, {
    remedy: `${meant(first, topLevelWords(), "ferry ")}Run \`ferry --help\` for all commands.`,
  });
}

/** A group of commands with a word behind it that is none of them, or with nothing. */
function unknownBelow(group: readonly string[], next: string | undefined): Diagnostic {
  const name = `ferry ${group.join(" ")}`;
  const below = [...new Set(subcommandsOf(group).map((command) => command.words[group.length] ?? ""))];
  const given =
    next === undefined ? `\`${name}\` alone does nothing` : `there is no command \`${name} ${next}\``;
  return errorDiagnostic("usage-command", given, {
    detail: `It has: ${below.join(", ")}.`,
    remedy: `${next === undefined ? "" : meant(next, below, `${name} `)}Run \`${name} --help\` for what each does.`,
  });
}

async function wrongArguments(
  words: readonly string[],
  entry: CommandEntry,
  error: unknown,
): Promise<Diagnostic> {
  const name = `ferry ${entry.words.join(" ")}`;
  const help = `Run \`${name} --help\` for its options and examples.`;
  const known = optionsOf(await entry.load()).map((option) => option.name);
  const given = words.slice(entry.words.length).filter((word) => /^--?[A-Za-z]/.test(word));
  const unknown = given.map((word) => word.split("=", 1)[0] ?? "").find((word) => !known.includes(word));
  if (unknown !== undefined) {
    return errorDiagnostic("usage-option", `\`${name}\` has no option ${unknown}`, {
      remedy: `${meant(unknown, known)}${help}`,
    });
  }
  const message = error instanceof Error ? (error.message.split("\n\n")[0] ?? "") : String(error);
  return errorDiagnostic(
    "usage-arguments",
    `\`${words.length > 0 ? `ferry ${words.join(" ")}` : name}\` cannot be understood: ${sentence(message)}`,
    {
      remedy: help,
    },
  );
}

/** The parser's own reason, as part of our sentence. */
function sentence(message: string): string {
  const line = message.replace(/^Unknown Syntax Error: /, "").split("\n")[0] ?? "";
  return line === ""
    ? "the arguments do not fit"
    : `${line.charAt(0).toLowerCase()}${line.slice(1).replace(/\.$/, "")}`;
}

/** Prints what is wrong with the command line. `entry`: the command that was recognised; `error`: why the parser refused. */
export async function reportUsage(
  words: readonly string[],
  entry: CommandEntry | undefined,
  error: unknown,
): Promise<number> {
  const diagnostic = entry === undefined ? unknownCommand(words) : await wrongArguments(words, entry, error);
  const { stdin, stdout, stderr } = process;
  const terminal = createTerminal({
    stdin,
    stdout,
    stderr,
    env: process.env,
    noColour: words.includes("--no-color"),
  });
  const command = (entry ?? findCommand(words))?.words.join(" ") ?? words[0] ?? "";
  const json = words.includes("--json") || words.includes("--format=json");
  await printReply(failure([diagnostic]), terminal, { command, json, redact: (text) => text });
  return 1;
}
