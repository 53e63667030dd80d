/** The end of a log file, however long the file is. Reads only. */
import { open } from "node:fs/promises";
import { systemCode } from "./mistakes.js";

/** Bytes read at most, from the end. */
const WINDOW = 1024 * 1024;

/** The last `lines` lines of the file, at most WINDOW bytes of them; "" when there is no file. */
export async function tail(path: string, lines: number): Promise<string> {
  if (lines <= 0) return "";
  let text: string;
  try {
    const file = await open(path, "r");
    try {
      const { size } = await file.stat();
      const buffer = Buffer.alloc(Math.min(size, WINDOW));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, size - buffer.length);
      text = buffer.toString("utf8", 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (systemCode(error) === "ENOENT") return "";
    throw error;
  }
  const all = text.split("\n");
  const last = all.at(-1) === "" ? lines + 1 : lines;
  return all.slice(-last).join("\n");
}
