/** Free TCP ports of the loopback interface. */
import { createServer, type Server } from "node:net";

function listen(): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve(server));
  });
}

/** `count` distinct ports nobody listens on now; held together while they are picked. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listen()));
  const ports = servers.map((server) => {
    const address = server.address();
    if (address === null || typeof address === "string")
      throw new Error("a TCP server has a numeric address");
    return address.port;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** From where clients get no ports of their own on Linux, so that nobody takes one while its server is away. */
const LASTING = { from: 20_000, to: 32_000 } as const;

/** `count` ports in a row on which nobody listens now, for servers that come back to them. */
export async function lastingPorts(count: number): Promise<number[]> {
  for (;;) {
    const first = LASTING.from + Math.floor(Math.random() * (LASTING.to - LASTING.from - count));
    const ports = Array.from({ length: count }, (_, at) => first + at);
    const free = await Promise.all(ports.map(isFree));
    if (free.every((each) => each)) return ports;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
