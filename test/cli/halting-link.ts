/** A TCP link to a server that passes so many of its bytes and then stands still, until it is let go. */
import { connect, createServer, type Server, type Socket } from "node:net";

export class HaltingLink {
  private readonly sockets = new Set<Socket>();
  private open = false;
  private readonly halted: Socket[] = [];

  private constructor(
    private readonly server: Server,
    readonly address: string,
  ) {}

  /** @param bytes that each connection passes from the server before it stands still */
  static start(port: number, bytes: number): Promise<HaltingLink> {
    return new Promise((resolve, reject) => {
      const server = createServer();
      server.once("error", reject);
      server.listen(0, "127.0.0.1", () => {
        const address = server.address();
        if (address === null || typeof address === "string") return reject(new Error("no port"));
        const link = new HaltingLink(server, `127.0.0.1:${address.port}`);
        server.on("connection", (near) => link.join(near, connect({ host: "127.0.0.1", port }), bytes));
        resolve(link);
      });
    });
  }

  /** Whether a connection stands still. */
  get stands(): boolean {
    return this.halted.some((far) => !far.destroyed);
  }

  letGo(): void {
    this.open = true;
    for (const far of this.halted.splice(0)) far.resume();
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }

  private join(near: Socket, far: Socket, bytes: number): void {
    let left = bytes;
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.sockets.add(one);
      one.on("error", () => other.destroy());
      one.on("close", () => other.destroy());
    }
    near.on("data", (chunk: Buffer) => far.write(chunk));
    far.on("data", (chunk: Buffer) => {
      near.write(chunk);
      left -= chunk.length;
      if (left >= 0 || this.open) return;
      far.pause();
      this.halted.push(far);
    });
  }
}
