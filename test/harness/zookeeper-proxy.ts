/** A TCP proxy in front of one server, for what signals cannot play: links that are cut, refused or silent. */
import { createServer, connect as dial, type Server, type Socket } from "node:net";

export class TestProxy {
  private readonly pairs = new Set<readonly [Socket, Socket]>();
  private refusing = false;
  private silent = false;

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  /** host:port to connect to instead of the server. */
  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  static start(targetPort: number): Promise<TestProxy> {
    return new Promise((resolve, reject) => {
      const server = createServer();
      server.once("error", reject);
      server.listen(0, "127.0.0.1", () => {
        const address = server.address();
        if (address === null || typeof address === "string") return reject(new Error("no port"));
        const proxy = new TestProxy(server, address.port);
        server.on("connection", (socket) => proxy.join(socket, targetPort));
        resolve(proxy);
      });
    });
  }

  /** Ends all connections and, until `restore`, new ones at once. */
  cut(): void {
    this.refusing = true;
    for (const [a, b] of this.pairs) {
      a.destroy();
      b.destroy();
    }
    this.pairs.clear();
  }

  /** Connections stay, but nothing passes any more, until `restore`: a half-open link. */
  silence(): void {
    this.silent = true;
  }

  restore(): void {
    this.refusing = false;
    this.silent = false;
  }

  close(): void {
    this.cut();
    this.server.close();
  }

  private join(near: Socket, targetPort: number): void {
    near.on("error", () => {});
    if (this.refusing) {
      near.destroy();
      return;
    }
    const far = dial({ host: "127.0.0.1", port: targetPort });
    far.on("error", () => near.destroy());
    const pair = [near, far] as const;
    this.pairs.add(pair);
    const pass = (from: Socket, to: Socket) => {
      from.on("data", (chunk) => {
        if (!this.silent) to.write(chunk);
      });
      from.on("close", () => {
        this.pairs.delete(pair);
        to.destroy();
      });
    };
    pass(near, far);
    pass(far, near);
  }
}
