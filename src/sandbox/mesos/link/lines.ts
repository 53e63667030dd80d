/** JSON values, one a line, over a socket. It knows nothing of what they mean. */
import type { Socket } from "node:net";

/**
 * Calls back for each line that comes. Lines that are no JSON break the connection: they cannot come from one of our own
 * processes.
 */
export function readLines(socket: Socket, head: Buffer, onValue: (value: unknown) => void): void {
  let rest = "";
  const take = (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line === "") continue;
      let value: unknown;
      try {
        value = JSON.parse(line);
      } catch {
        socket.destroy();
        return;
      }
      onValue(value);
    }
  };
  socket.setEncoding("utf8");
  socket.setNoDelay(true);
  if (head.length > 0) take(head.toString("utf8"));
  socket.on("data", (chunk: string | Buffer) => take(String(chunk)));
}

export function writeLine(socket: Socket, value: unknown): void {
  if (!socket.destroyed) socket.write(`${JSON.stringify(value)}\n`);
}
