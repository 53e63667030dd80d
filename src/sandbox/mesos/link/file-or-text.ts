/** Values of flags that may stand in a file: `--acls`, `--credentials`, `--resources` and others. Reads, never writes. */
import { readFileSync } from "node:fs";

/** The text of `file:///name` or `/name`, or the value itself. Throws when the file cannot be read. */
export function fileOrText(value: string): string {
  if (value.startsWith("file://")) return readFileSync(value.slice("file://".length), "utf8");
  return value.startsWith("/") ? readFileSync(value, "utf8") : value;
}
