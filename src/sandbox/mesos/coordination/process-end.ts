/**
 * What this half of a master needs from the process it runs in: a log to write to and the ways to die by design. It never
 * ends the process itself.
 */

/** glog's severities: I, W, E and F are the first letters of a log line. */
export type Severity = "I" | "W" | "E" | "F";
/** `where` is Mesos' source file of the line (`detector.cpp`), `text` the recorded words. */
export type WriteLog = (severity: Severity, where: string, text: string) => void;

/** `exit(1)` by design, or a failed CHECK, which is SIGABRT. */
export type ProcessEnd =
  | { readonly kind: "exit"; readonly status: 1; readonly message: string }
  | { readonly kind: "abort"; readonly signal: "SIGABRT"; readonly message: string };

/** Called once at most; everything here has stopped talking to ZooKeeper by then only when the process really ends. */
export type EndProcess = (end: ProcessEnd) => void;
