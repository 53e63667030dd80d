/**
 * All commands, by the words a user types. Their code is loaded only when they are called, so that start-up costs the
 * same however many there are.
 */
import type { CommandClass } from "clipanion";

export interface CommandEntry {
  /** Words after `ferry`, e.g. ["state", "list"]. */
  readonly words: readonly string[];
  readonly summary: string;
  readonly group: CommandGroup;
  /** What may follow by position, as help shows it. */
  readonly positionals: string;
  load(): Promise<CommandClass>;
}

export const COMMAND_GROUPS = ["Everyday", "Configuration", "State", "About ferry"] as const;
export type CommandGroup = (typeof COMMAND_GROUPS)[number];

function entry(
  words: string,
  group: CommandGroup,
  summary: string,
  load: () => Promise<CommandClass>,
): CommandEntry {
  // `state mv FROM TO`: words in lower case are the command's own.
  const parts = words.split(" ");
  const own = parts.filter((part) => /^[a-z]+$/.test(part));
  return { words: own, positionals: parts.slice(own.length).join(" "), summary, group, load };
}

export const COMMANDS: readonly CommandEntry[] = [
  entry(
    "plan [FILE|FOLDER...]",
    "Everyday",
    "show what apply would do, and what drifted",
    async () => (await import("./commands/plan.js")).PlanCommand,
  ),
  entry(
    "apply [PLAN | FILE|FOLDER...]",
    "Everyday",
    "carry out a plan",
    async () => (await import("./commands/apply.js")).ApplyCommand,
  ),
  entry(
    "drift",
    "Everyday",
    "compare what is live with what was last applied",
    async () => (await import("./commands/drift.js")).DriftCommand,
  ),
  entry(
    "show [ADDRESS|PLAN]",
    "Everyday",
    "show the state, one resource, or a saved plan",
    async () => (await import("./commands/show.js")).ShowCommand,
  ),
  entry(
    "destroy [FILE|FOLDER...]",
    "Everyday",
    "remove everything that ferry made",
    async () => (await import("./commands/destroy.js")).DestroyCommand,
  ),
  entry(
    "init",
    "Configuration",
    "write a starting project",
    async () => (await import("./commands/init.js")).InitCommand,
  ),
  entry(
    "validate [FILE|FOLDER...]",
    "Configuration",
    "check the configuration without touching any server",
    async () => (await import("./commands/validate.js")).ValidateCommand,
  ),
  entry(
    "fmt [FILE|FOLDER...]",
    "Configuration",
    "put configuration files into the usual form",
    async () => (await import("./commands/fmt.js")).FmtCommand,
  ),
  entry(
    "graph [FILE|FOLDER...]",
    "Configuration",
    "show what depends on what",
    async () => (await import("./commands/graph.js")).GraphCommand,
  ),
  entry(
    "schema [KIND]",
    "Configuration",
    "print the JSON Schema of a kind, for editors",
    async () => (await import("./commands/schema.js")).SchemaCommand,
  ),
  entry(
    "import ADDRESS ID",
    "State",
    "take over something that exists already",
    async () => (await import("./commands/import.js")).ImportCommand,
  ),
  entry(
    "state list [BEGINNING...]",
    "State",
    "list recorded resources",
    async () => (await import("./commands/state-list.js")).StateListCommand,
  ),
  entry(
    "state show ADDRESS",
    "State",
    "show the record of one resource",
    async () => (await import("./commands/state-show.js")).StateShowCommand,
  ),
  entry(
    "state mv FROM TO",
    "State",
    "give a record another address",
    async () => (await import("./commands/state-mv.js")).StateMvCommand,
  ),
  entry(
    "state rm ADDRESS...",
    "State",
    "forget a resource without touching it",
    async () => (await import("./commands/state-rm.js")).StateRmCommand,
  ),
  entry(
    "state history [SERIAL]",
    "State",
    "list earlier versions of the state",
    async () => (await import("./commands/state-history.js")).StateHistoryCommand,
  ),
  entry(
    "state unlock [ID]",
    "State",
    "remove a lock whose owner is gone",
    async () => (await import("./commands/state-unlock.js")).StateUnlockCommand,
  ),
  entry(
    "providers",
    "About ferry",
    "list the kinds of resources and who serves them",
    async () => (await import("./commands/providers.js")).ProvidersCommand,
  ),
  entry(
    "completion bash|zsh|fish",
    "About ferry",
    "print a completion script for bash, zsh or fish",
    async () => (await import("./commands/completion.js")).CompletionCommand,
  ),
  entry(
    "version",
    "About ferry",
    "print the version",
    async () => (await import("./commands/version.js")).VersionCommand,
  ),
];

/** The command that `words` begin with: the longest match. */
export function findCommand(words: readonly string[]): CommandEntry | undefined {
  return COMMANDS.filter((command) => command.words.every((word, index) => words[index] === word)).sort(
    (a, b) => b.words.length - a.words.length,
  )[0];
}

/** First words, each once: `plan`, `state`, … */
export function topLevelWords(): string[] {
  return [...new Set(COMMANDS.map((command) => command.words[0] ?? ""))];
}

/** Second words below a first one: `list`, `show`, … for `state`; empty for a command of one word. */
export function subcommandsOf(word: string): CommandEntry[] {
  return COMMANDS.filter((command) => command.words.length > 1 && command.words[0] === word);
}
