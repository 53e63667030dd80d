/**
 * Run as a process by the tests on a real ensemble: takes the lock, writes, releases, and is killed before its n-th request.
 * Arguments: connect string, path, kill-at request (0: never), writes, bytes of ballast in the state, wait for the lock in ms.
 */
import { connect } from "../../src/zookeeper/connect.js";
import { type Acl, PERMS, type ZooKeeperClient } from "../../src/zookeeper/types.js";
import { putResource } from "../../state/edit.js";
import { createLockOwner } from "../../state/owner.js";
import { createZooKeeperBackend } from "../../state/zookeeper/backend.js";
import { ballast, record, successor } from "./sample.js";

const [connectString = "", path = "", killAt = "0", writes = "1", bytes = "0", timeoutMs = "0"] =
  process.argv.slice(2);
const acl: Acl[] = [{ perms: PERMS.all, scheme: "world", id: "anyone" }];
const REQUESTS = [
  "create",
  "createParents",
  "delete",
  "exists",
  "getData",
  "setData",
  "getChildren",
  "multi",
  "sync",
];

let requests = 0;

/** Counts requests and kills the process before the one asked for. */
function stoppingClient(client: ZooKeeperClient): ZooKeeperClient {
  return new Proxy(client, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        if (REQUESTS.includes(String(name))) {
          requests += 1;
          if (requests === Number(killAt)) process.kill(process.pid, "SIGKILL");
        }
        return Reflect.apply(value, target, args) as unknown;
      };
    },
  });
}

const client = stoppingClient(await connect({ connectString, sessionTimeoutMs: 1000 }));
const backend = createZooKeeperBackend({ client, location: "zookeeper test", path, acl });
try {
  const lock = await backend.lock({ owner: createLockOwner("test"), timeoutMs: Number(timeoutMs) });
  for (let count = 0; count < Number(writes); count += 1) {
    const present = await backend.read();
    const grown = successor(present, `ZNode/p${process.pid}-${count}`);
    const next =
      Number(bytes) === 0 ? grown : { ...putResource(grown, heavy(grown.serial)), serial: grown.serial };
    await backend.write(next, lock);
    console.log(`wrote ${next.serial}`);
  }
  await lock.release();
  console.log(`released after ${requests} requests`);
} catch (error) {
  console.log(`failed ${(error as Error).message}`);
  process.exitCode = 1;
}
await backend.close();

/** A record that cannot be compressed, so that the state needs several chunks. */
function heavy(serial: number) {
  return record("ZNode/heavy", { attributes: { serial, ballast: ballast(Number(bytes)) } });
}
