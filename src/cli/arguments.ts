/**
 * Brings a command line into the form the parser knows: habits of neighbouring tools are understood, not punished.
 * Computes only; never refuses anything (that is for the parser, which knows the command).
 */

export interface Arguments {
  /** Help is wanted instead of the command. */
  readonly help: boolean;
  /** `ferry --version`. */
  readonly version: boolean;
  /** The command's words and everything after them, in the parser's form. */
  readonly words: readonly string[];
}

/** Options that people put before the command (`terraform -chdir=x plan`); true: a value follows. */
const LEADING: Readonly<Record<string, boolean>> = { "--chdir": true, "--no-color": false, "--json": false };

/** `argv` without node and script. */
export function parseArguments(argv: readonly string[]): Arguments {
  const [before, after] = splitAtDoubleDash(argv);
  const normal = before.map(doubleDash);
  const { leading, rest } = takeLeading(normal);
  const help = rest.some((word) => word === "--help" || word === "-h") || rest[0] === "help";
  const version = rest[0] === "--version" || rest[0] === "-v";
  const words = rest.filter((word) => word !== "--help" && word !== "-h");
  if (words[0] === "help") words.shift();
  return { help, version, words: insertAfterCommand(words, leading).concat(after) };
}

function splitAtDoubleDash(argv: readonly string[]): [string[], string[]] {
  const at = argv.indexOf("--");
  return at < 0 ? [[...argv], []] : [argv.slice(0, at), argv.slice(at)];
}

/** `-out=x` and `-auto-approve` are written with one dash by habit; single letters stay as they are. */
function doubleDash(word: string): string {
  return /^-[a-z][a-z-]+(=|$)/.test(word) ? `-${word}` : word;
}

function takeLeading(words: readonly string[]): { leading: string[]; rest: string[] } {
  const rest = [...words];
  const leading: string[] = [];
  for (let word = rest[0]; word !== undefined; word = rest[0]) {
    const [name = ""] = word.split("=", 1);
    const takesValue = LEADING[name];
    if (takesValue === undefined) break;
    leading.push(...rest.splice(0, takesValue && !word.includes("=") ? 2 : 1));
  }
  return { leading, rest };
}

/** The parser wants a command's words first; options that stood before them go to the end. */
function insertAfterCommand(words: readonly string[], leading: readonly string[]): string[] {
  return [...words, ...leading];
}
