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

/** Words that may follow `before`, with what they stand for; those of the first level for none. */
function nextWords(
  commands: readonly CompletedCommand[],
  before: readonly string[],
): readonly (readonly [string, string])[] {
  const found = new Map<string, string>();
  for (const { words, summary } of commands) {
    const next = words[before.length];
    if (next === undefined || !before.every((word, at) => words[at] === word)) continue;
    const ends = words.length === before.length + 1;
    const known = found.get(next);
    if (ends) found.set(next, summary);
    else {
      const below = words[before.length + 1] ?? "";
      const listed = known === undefined ? [] : known.split(", ");
      found.set(next, [...new Set([...listed, below])].join(", "));
    }
  }
  return [...found];
}

/** Every beginning after which another word must come, shortest first; the empty one is the first. */
function beginnings(commands: readonly CompletedCommand[]): readonly (readonly string[])[] {
  const found = new Map<string, readonly string[]>();
  for (const { words } of commands) {
    for (let length = 0; length < words.length; length++) {
      const before = words.slice(0, length);
      found.set(before.join(" "), before);
    }
  }
  return [...found.values()];
}

function bash(commands: readonly CompletedCommand[]): string {
  const cases = commands.map(
    (command) =>
      `    "${command.words.join(" ")}") options="${command.options.map((option) => option.name).join(" ")}" ;;`,
  );
  const following = beginnings(commands).map((before) => {
    const words = nextWords(commands, before).map(([word]) => word);
    const all = before.length === 0 ? [...words, "--help", "--version"] : words;
    return `      "${before.join(" ")}") words="${all.join(" ")}" ;;`;
  });
  return `# bash completion for ferry. Load it with: source <(ferry completion bash)
_ferry() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local command="" words="" options="" at=1
  COMPREPLY=()
  while true; do
    words=""
    case "$command" in
${following.join("\n")}
    esac
    [ -n "$words" ] || break
    if [ "$COMP_CWORD" -eq "$at" ]; then
      COMPREPLY=($(compgen -W "$words" -- "$current"))
      return
    fi
    command="\${command:+$command }\${COMP_WORDS[at]}"
    at=$((at + 1))
  done
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

function zsh(commands: readonly CompletedCommand[]): string {
  const following = beginnings(commands).map((before) => {
    const lines = nextWords(commands, before).map(
      ([word, summary]) => `        '${word}:${zshText(summary)}'`,
    );
    return `      '${before.join(" ")}') following=(\n${lines.join("\n")}\n      ) ;;`;
  });
  const cases = commands.map(
    (command) =>
      `    '${command.words.join(" ")}') _arguments ${command.options.map(zshOption).join(" ")} '*:file:_files' ;;`,
  );
  return `#compdef ferry
# zsh completion for ferry. Load it with: source <(ferry completion zsh), or save it as _ferry on your fpath.
_ferry() {
  local -a following
  local command="" at=2
  while true; do
    following=()
    case "$command" in
${following.join("\n")}
    esac
    (( \${#following} )) || break
    if (( CURRENT == at )); then _describe 'command' following; return; fi
    command="\${command:+$command }$words[at]"
    (( at++ ))
  done
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

/** All of these words stand on the line. */
function fishSeen(words: readonly string[]): string {
  return words.map((word) => `__fish_seen_subcommand_from ${word}`).join("; and ");
}

function fishOptions({ words, options }: CompletedCommand): string[] {
  return options
    .filter((option) => option.name.startsWith("--"))
    .map(
      (option) =>
        `complete -c ferry -n '${fishSeen(words)}' -l ${option.name.slice(2)}${option.takesValue ? " -r" : ""} -d ${fishText(option.description)}`,
    );
}

function fish(commands: readonly CompletedCommand[]): string {
  const words = beginnings(commands).flatMap((before) => {
    const condition =
      before.length === 0
        ? "__fish_use_subcommand"
        : `'${fishSeen(before)}; and test (count (commandline -opc)) -eq ${before.length + 1}'`;
    return nextWords(commands, before).map(
      ([word, summary]) => `complete -c ferry -f -n ${condition} -a ${word} -d ${fishText(summary)}`,
    );
  });
  return `# fish completion for ferry. Load it with: ferry completion fish | source
${[...words, ...commands.flatMap(fishOptions)].join("\n")}
`;
}
