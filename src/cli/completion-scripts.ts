/** Completion scripts for shells, made from the commands and their options. Computes only. */
import type { OptionName } from "./option-names.js";

export interface CompletedCommand {
  readonly words: readonly string[];
  readonly summary: string;
  readonly options: readonly OptionName[];
}

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

export function completionScript(shell: Shell, commands: readonly CompletedCommand[]): string {
  switch (shell) {
    case "bash":
      return bash(commands);
    case "zsh":
      return zsh(commands);
    case "fish":
      return fish(commands);
  }
}

const FILE_OPTIONS = ["--out", "--var-file"];

function firstWords(commands: readonly CompletedCommand[]): string[] {
  return [...new Set(commands.map((command) => command.words[0] ?? ""))];
}

function below(commands: readonly CompletedCommand[], first: string): CompletedCommand[] {
  return commands.filter((command) => command.words[0] === first && command.words.length > 1);
}

function groups(commands: readonly CompletedCommand[]): string[] {
  return firstWords(commands).filter((word) => below(commands, word).length > 0);
}

function bash(commands: readonly CompletedCommand[]): string {
  const cases = commands.map(
    (command) =>
      `    "${command.words.join(" ")}") options="${command.options.map((option) => option.name).join(" ")}" ;;`,
  );
  const subcommands = groups(commands).map(
    (word) =>
      `    ${word}) words="${below(commands, word)
        .map((command) => command.words[1])
        .join(" ")}" ;;`,
  );
  return `# bash completion for ferry. Load it with: source <(ferry completion bash)
_ferry() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local command="\${COMP_WORDS[1]}" words="" options=""
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${firstWords(commands).join(" ")} --help --version" -- "$current"))
    return
  fi
  case "$command" in
${subcommands.join("\n")}
  esac
  if [ -n "$words" ]; then
    if [ "$COMP_CWORD" -eq 2 ]; then
      COMPREPLY=($(compgen -W "$words" -- "$current"))
      return
    fi
    command="$command \${COMP_WORDS[2]}"
  fi
  case "$command" in
${cases.join("\n")}
  esac
  case "$previous" in
    --chdir) COMPREPLY=($(compgen -d -- "$current")); return ;;
    ${FILE_OPTIONS.join("|")}) COMPREPLY=($(compgen -f -- "$current")); return ;;
    --format) COMPREPLY=($(compgen -W "text json markdown dot" -- "$current")); return ;;
  esac
  case "$current" in
    -*) COMPREPLY=($(compgen -W "$options --help" -- "$current")) ;;
    *) COMPREPLY=($(compgen -f -- "$current")) ;;
  esac
}
complete -o filenames -F _ferry ferry
`;
}

/** Inside a zsh _arguments or _describe text: colons and brackets have a meaning there. */
function zshText(text: string): string {
  return text.replaceAll("'", "'\\''").replaceAll("[", "\\[").replaceAll("]", "\\]").replaceAll(":", "\\:");
}

function zshOption(option: OptionName): string {
  const value = option.takesValue ? ":value:_files" : "";
  return `'*${option.name}[${zshText(option.description)}]${value}'`;
}

function zshList(name: string, entries: readonly (readonly [string, string])[]): string {
  const lines = entries.map(([word, summary]) => `    '${word}:${zshText(summary)}'`);
  return `  ${name}=(\n${lines.join("\n")}\n  )`;
}

function zsh(commands: readonly CompletedCommand[]): string {
  const summaryOf = (word: string): string =>
    commands.find((command) => command.words.length === 1 && command.words[0] === word)?.summary ??
    below(commands, word)
      .map((command) => command.words[1])
      .join(", ");
  const top = zshList(
    "commands",
    firstWords(commands).map((word) => [word, summaryOf(word)] as const),
  );
  const groupCases = groups(commands).map((word) => {
    const entries = below(commands, word).map(
      (command) => [command.words[1] ?? "", command.summary] as const,
    );
    return `    ${word})\n  ${zshList("commands", entries)}
      if (( CURRENT == 3 )); then _describe 'command' commands; return; fi
      command="$command $words[3]" ;;`;
  });
  const cases = commands.map(
    (command) =>
      `    '${command.words.join(" ")}') _arguments ${command.options.map(zshOption).join(" ")} '*:file:_files' ;;`,
  );
  return `#compdef ferry
# zsh completion for ferry. Load it with: source <(ferry completion zsh), or save it as _ferry on your fpath.
_ferry() {
  local -a commands
  local command="$words[2]"
${top}
  if (( CURRENT == 2 )); then _describe 'command' commands; return; fi
  case "$command" in
${groupCases.join("\n")}
  esac
  case "$command" in
${cases.join("\n")}
  esac
}
compdef _ferry ferry
`;
}

function fishText(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

function fishCommand(command: CompletedCommand): string[] {
  const [first = "", second] = command.words;
  const seen =
    second === undefined
      ? `__fish_seen_subcommand_from ${first}`
      : `__fish_seen_subcommand_from ${first}; and __fish_seen_subcommand_from ${second}`;
  const options = command.options
    .filter((option) => option.name.startsWith("--"))
    .map(
      (option) =>
        `complete -c ferry -n '${seen}' -l ${option.name.slice(2)}${option.takesValue ? " -r" : ""} -d ${fishText(option.description)}`,
    );
  if (second === undefined) return options;
  const offered = `__fish_seen_subcommand_from ${first}; and test (count (commandline -opc)) -eq 2`;
  return [`complete -c ferry -f -n '${offered}' -a ${second} -d ${fishText(command.summary)}`, ...options];
}

function fish(commands: readonly CompletedCommand[]): string {
  const top = firstWords(commands).map((word) => {
    const summary = commands.find(
      (command) => command.words.length === 1 && command.words[0] === word,
    )?.summary;
    return `complete -c ferry -f -n __fish_use_subcommand -a ${word} -d ${fishText(summary ?? `commands of ${word}`)}`;
  });
  return `# fish completion for ferry. Load it with: ferry completion fish | source
${[...top, ...commands.flatMap(fishCommand)].join("\n")}
`;
}
