/** JSON values, one a line, over a socket. It knows nothing of what they mean. */
import type { Socket } from "node:net";
import { StringDecoder } from "node:string_decoder";

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
  // A socket that was node:http's refuses setEncoding.
  const decoder = new StringDecoder("utf8");
  socket.setNoDelay(true);
  if (head.length > 0) take(decoder.write(head));
  // Sockets of an HTTP server stay half open when the other side has gone; nobody talks on alone here.
  socket.on("end", () => socket.destroy());
  socket.on("data", (chunk: Buffer) => take(decoder.write(chunk)));
}

export function writeLine(socket: Socket, value: unknown): void {
  if (!socket.destroyed) socket.write(`${JSON.stringify(value)}\n`);
}
