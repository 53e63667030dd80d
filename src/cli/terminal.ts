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
  /** To stdout, followed by a line end unless it has one or is empty. */
  result(text: string): void;
  /** To stderr, in the same way. */
  note(text: string): void;
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

export function createTerminal(sources: TerminalSources): Terminal {
  return {
    stdin: sources.stdin,
    colour: { out: wantsColour(sources.stdout, sources), error: wantsColour(sources.stderr, sources) },
    interactive: sources.stdin.isTTY === true && sources.stderr.isTTY === true,
    columns: sources.stdout.columns ?? 100,
    result: writer(sources.stdout),
    note: writer(sources.stderr),
  };
}
