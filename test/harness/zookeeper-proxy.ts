/** A TCP proxy in front of one server, for what signals cannot play: links that are cut, refused, slow or silent. */
import { createServer, connect as dial, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export class TestProxy {
  private readonly pairs = new Set<readonly [Socket, Socket]>();
  private refusing = false;
  private silent = false;
  private delayMs = 0;

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

  /** What comes from now on arrives `ms` later, in order, until `restore`. */
  delay(ms: number): void {
    this.delayMs = ms;
  }

  restore(): void {
    this.refusing = false;
    this.silent = false;
    this.delayMs = 0;
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
      const late = new LateWriter(to);
      from.on("data", (chunk) => {
        if (!this.silent) late.write(chunk, this.delayMs);
      });
      from.on("close", () => {
        this.pairs.delete(pair);
        late.destroy();
      });
    };
    pass(near, far);
    pass(far, near);
  }
}

/** Writes to a socket after a while, never out of order. */
class LateWriter {
  private last: Promise<void> = Promise.resolve();
  private waiting = 0;

  constructor(private readonly to: Socket) {}

  write(chunk: Buffer, delayMs: number): void {
    if (delayMs === 0 && this.waiting === 0) {
      this.to.write(chunk);
      return;
    }
    const due = performance.now() + delayMs;
    this.waiting++;
    this.last = this.last.then(async () => {
      await sleep(Math.max(0, due - performance.now()));
      this.waiting--;
      if (!this.to.destroyed) this.to.write(chunk);
    });
  }

  destroy(): void {
    void this.last.then(() => this.to.destroy());
  }
}
