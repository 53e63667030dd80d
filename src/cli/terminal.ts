/**
 * Where a command's output goes: results to stdout, everything else to stderr. A reader that goes away (`| head`) ends
 * the output, never the work. Knows nothing of what is printed.
 */
import type { Readable, Writable } from "node:stream";

export interface Terminal {
  readonly stdin: Readable;
  /** Colours may be used on stdout, on stderr. */
  readonly colour: { readonly out: boolean; readonly error: boolean };
  /** A person can answer questions. */
  readonly interactive: boolean;
  /** Columns of stdout, 100 when it is no terminal. */
  readonly columns: number;
  /** stderr can show lines that change in their place. */
  readonly canLive: boolean;
  /** To stdout, followed by a line end unless it has one or is empty. */
  result(text: string): void;
  /** To stderr, in the same way. */
  note(text: string): void;
  /** Lines at the end of stderr, in the place of the former ones; null takes them away. Nothing where it cannot. */
  live(text: string | null): void;
}

type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number };

export interface TerminalSources {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** --no-color */
  readonly noColour: boolean;
}

/** https://no-color.org: any non-empty NO_COLOR; FORCE_COLOR is what CI systems that show colours set. */
function wantsColour(stream: Output, sources: TerminalSources): boolean {
  if (sources.noColour || (sources.env["NO_COLOR"] ?? "") !== "") return false;
  const forced = sources.env["FORCE_COLOR"];
  if (forced !== undefined) return forced !== "" && forced !== "0";
  return stream.isTTY === true && sources.env["TERM"] !== "dumb";
}

function writer(stream: Output): (text: string) => void {
  let closed = false;
  stream.on("error", (error: NodeJS.ErrnoException) => {
    closed = true;
    if (error.code !== "EPIPE" && error.code !== "EIO") process.exitCode = 1;
  });
  return (text) => {
    if (closed || text === "") return;
    stream.write(text.endsWith("\n") ? text : `${text}\n`);
  };
}

/** Control sequences of every terminal since the VT100: up, to the first column, and away with what follows. */
const UP = (lines: number): string => (lines === 0 ? "\r" : `\u001b[${lines}A\r`);
const CLEAR_BELOW = "\u001b[0J";

/** The end of stderr that is written anew; notes go above it. */
class LiveLines {
  private shown = "";

  constructor(
    private readonly write: (text: string) => void,
    private readonly columns: () => number,
  ) {}

  show(text: string): void {
    this.clear();
    const width = this.columns() - 1;
    this.shown = text
      .split("\n")
      .map((line) => line.slice(0, width))
      .join("\n");
    if (this.shown !== "") this.write(this.shown);
  }

  clear(): void {
    if (this.shown === "") return;
    this.write(UP(this.shown.split("\n").length - 1) + CLEAR_BELOW);
    this.shown = "";
  }

  note(text: string, print: (text: string) => void): void {
    const { shown } = this;
    this.clear();
    print(text);
    if (shown !== "") this.show(shown);
  }
}

export function createTerminal(sources: TerminalSources): Terminal {
  const { stderr, env } = sources;
  const canLive = stderr.isTTY === true && env["TERM"] !== "dumb";
  const note = writer(stderr);
  const lines = new LiveLines(
    (text) => void stderr.write(text),
    () => stderr.columns ?? 100,
  );
  return {
    stdin: sources.stdin,
    colour: { out: wantsColour(sources.stdout, sources), error: wantsColour(sources.stderr, sources) },
    interactive: sources.stdin.isTTY === true && sources.stderr.isTTY === true,
    columns: sources.stdout.columns ?? 100,
    canLive,
    result: writer(sources.stdout),
    note: (text) => lines.note(text, note),
    live: (text) => {
      if (!canLive) return;
      if (text === null) lines.clear();
      else lines.show(text);
    },
  };
}
