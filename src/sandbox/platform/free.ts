/** Whether addresses and ports of this machine are free: by listening there for a moment, which is what the servers will do. */
import { createServer } from "node:net";
import type { Endpoint } from "./choice.js";

/** The first of them that somebody listens on; null when all are free. */
export async function firstTaken(endpoints: readonly Endpoint[]): Promise<Endpoint | null> {
  for (const endpoint of endpoints) if (!(await isFree(endpoint))) return endpoint;
  return null;
}

function isFree({ ip, port }: Endpoint): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, ip, () => server.close(() => resolve(true)));
  });
}
