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

export const COMMAND_GROUPS = [
  "Everyday",
  "Configuration",
  "Synchronisation",
  "Migration",
  "State",
  "About ferry",
] as const;
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
    "sync run FILE|NAME...",
    "Synchronisation",
    "run an engine of a Sync in the foreground",
    async () => (await import("./commands/sync-run.js")).SyncRunCommand,
  ),
  entry(
    "sync bootstrap FILE|NAME",
    "Synchronisation",
    "fill a target for the first time",
    async () => (await import("./commands/sync-bootstrap.js")).SyncBootstrapCommand,
  ),
  entry(
    "sync status [FILE|NAME...]",
    "Synchronisation",
    "show how a Sync is: state, lag, feed, conflicts",
    async () => (await import("./commands/sync-status.js")).SyncStatusCommand,
  ),
  entry(
    "sync pause FILE|NAME",
    "Synchronisation",
    "stop copying for a while",
    async () => (await import("./commands/sync-pause.js")).SyncPauseCommand,
  ),
  entry(
    "sync resume FILE|NAME",
    "Synchronisation",
    "go on copying after a pause",
    async () => (await import("./commands/sync-resume.js")).SyncResumeCommand,
  ),
  entry(
    "sync conflicts list FILE|NAME",
    "Synchronisation",
    "list the conflicts of a Sync",
    async () => (await import("./commands/sync-conflicts-list.js")).SyncConflictsListCommand,
  ),
  entry(
    "sync conflicts show FILE|NAME ID",
    "Synchronisation",
    "show one conflict of a Sync",
    async () => (await import("./commands/sync-conflicts-show.js")).SyncConflictsShowCommand,
  ),
  entry(
    "sync conflicts resolve FILE|NAME ID",
    "Synchronisation",
    "decide a conflict that is held",
    async () => (await import("./commands/sync-conflicts-resolve.js")).SyncConflictsResolveCommand,
  ),
  entry(
    "sync bump FILE|NAME [PATH]",
    "Synchronisation",
    "keep sequence numbers of both sides apart",
    async () => (await import("./commands/sync-bump.js")).SyncBumpCommand,
  ),
  entry(
    "sync verify FILE|NAME",
    "Synchronisation",
    "compare both sides of a Sync, znode by znode",
    async () => (await import("./commands/sync-verify.js")).SyncVerifyCommand,
  ),
  entry(
    "sync report FILE|NAME",
    "Synchronisation",
    "tell what a Sync keeps exactly, and what it cannot",
    async () => (await import("./commands/sync-report.js")).SyncReportCommand,
  ),
  entry(
    "migrate plan [FILE|NAME]",
    "Migration",
    "show everything a migration would do",
    async () => (await import("./commands/migrate-plan.js")).MigratePlanCommand,
  ),
  entry(
    "migrate start [FILE|NAME]",
    "Migration",
    "begin a migration, or go on with one",
    async () => (await import("./commands/migrate-start.js")).MigrateStartCommand,
  ),
  entry(
    "migrate status [FILE|NAME]",
    "Migration",
    "show where it stands and what to do next",
    async () => (await import("./commands/migrate-status.js")).MigrateStatusCommand,
  ),
  entry(
    "migrate approve [FILE|NAME]",
    "Migration",
    "approve a stage",
    async () => (await import("./commands/migrate-approve.js")).MigrateApproveCommand,
  ),
  entry(
    "migrate advance [FILE|NAME]",
    "Migration",
    "approve the next stage, and go on",
    async () => (await import("./commands/migrate-advance.js")).MigrateAdvanceCommand,
  ),
  entry(
    "migrate pause [FILE|NAME]",
    "Migration",
    "stop it between two actions",
    async () => (await import("./commands/migrate-pause.js")).MigratePauseCommand,
  ),
  entry(
    "migrate resume [FILE|NAME]",
    "Migration",
    "go on after a pause or a failure",
    async () => (await import("./commands/migrate-resume.js")).MigrateResumeCommand,
  ),
  entry(
    "migrate rollback [FILE|NAME]",
    "Migration",
    "take it back to an earlier stage",
    async () => (await import("./commands/migrate-rollback.js")).MigrateRollbackCommand,
  ),
  entry(
    "migrate validate [FILE|NAME]",
    "Migration",
    "look whether all holds that must",
    async () => (await import("./commands/migrate-validate.js")).MigrateValidateCommand,
  ),
  entry(
    "migrate report [FILE|NAME]",
    "Migration",
    "tell how it went",
    async () => (await import("./commands/migrate-report.js")).MigrateReportCommand,
  ),
  entry(
    "migrate list",
    "Migration",
    "list the migrations that were begun",
    async () => (await import("./commands/migrate-list.js")).MigrateListCommand,
  ),
  entry(
    "audit verify [FILE]",
    "Migration",
    "look whether the audit log is whole",
    async () => (await import("./commands/audit-verify.js")).AuditVerifyCommand,
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

/** Commands that begin with all of `words` and have more: those of `state`, of `sync conflicts`; none for a command itself. */
export function subcommandsOf(words: readonly string[]): CommandEntry[] {
  return COMMANDS.filter(
    (command) =>
      command.words.length > words.length && words.every((word, index) => command.words[index] === word),
  );
}

/** The longest beginning of `words` that has commands below it: `sync conflicts` of `sync conflicts lst`. */
export function groupOf(words: readonly string[]): readonly string[] {
  let length = 0;
  while (length < words.length && subcommandsOf(words.slice(0, length + 1)).length > 0) length++;
  return words.slice(0, length);
}
