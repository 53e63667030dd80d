/** A source with every kind of znode, a project whose Sync has it for its source, and targets that start on a file. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { connect } from "../../src/zookeeper/connect.js";
import { digestId } from "../../src/zookeeper/digest.js";
import type { Acl, ZooKeeperClient } from "../../src/zookeeper/types.js";
import { startEnsemble, type TestEnsemble } from "../harness/zookeeper.js";
import { type IndependentNode, independentReader } from "../harness/zookeeper-reader.js";
import { type Answer, ferry, projectOf, type Running, start } from "./ferry.js";

export const PASSWORD = "a-very-secret-word";
export const DEADLINE_MS = 60_000;
const SUPER = { scheme: "digest", credential: Buffer.from(`super:${PASSWORD}`) };
const OWNED: readonly Acl[] = [{ perms: 31, scheme: "digest", id: digestId("owner", "secret") }];
const PATHS = `  paths:
    - { source: /shop, exclude: [/shop/private] }
    - { source: /orders, target: /eu/deep/orders }
`;

export interface BootstrapWorld {
  readonly source: TestEnsemble;
  readonly client: ZooKeeperClient;
  readonly folder: string;
  /** Declares the Sync with a target there. @param access more about the source */
  declare(target: string, more?: string, access?: string): void;
  run(...args: readonly string[]): Promise<Answer>;
  start(...args: readonly string[]): Running;
  /** A target whose servers start on a file of the project's folder. */
  seeded(file: string, version?: string): Promise<TestEnsemble>;
  close(): Promise<void>;
}

/** @param version of the source's servers */
export async function bootstrapWorld(version?: string): Promise<BootstrapWorld> {
  const project = projectOf({});
  const size = version?.startsWith("3.4") === true ? 3 : 1;
  const source = await startEnsemble({ size, ...of(version), superPassword: PASSWORD });
  const client = await open(source);
  const options = { cwd: project.directory, env: { ZK_AUTH: `super:${PASSWORD}` }, deadlineMs: DEADLINE_MS };
  const targets: TestEnsemble[] = [];
  return {
    source,
    client,
    folder: project.directory,
    declare: (target, more = PATHS, access = "") =>
      project.write("sync.yaml", document(source.connectString, target, more, access)),
    run: (...args) => ferry(["sync", ...args], options),
    start: (...args) => start(["sync", ...args], options),
    seeded: async (file, target) => {
      const seed = join(project.directory, file);
      const ensemble = await startEnsemble({ size: 1, ...of(target), superPassword: PASSWORD, seed });
      targets.push(ensemble);
      return ensemble;
    },
    close: async () => {
      await client.close();
      await Promise.all([source, ...targets].map((ensemble) => ensemble.close()));
      project.remove();
    },
  };
}

function of(version: string | undefined): { version: string } | Record<string, never> {
  return version === undefined ? {} : { version };
}

function document(source: string, target: string, more: string, access: string): string {
  const auth = "auth: [{ scheme: digest, credential: env:ZK_AUTH }]";
  return `apiVersion: ferry/v1
kind: Sync
metadata: { name: shop }
spec:
  source: { connectString: "${source}", ${auth}${access === "" ? "" : `, ${access}`} }
  target: { connectString: "${target}", ${auth} }
  alerts: { lagMs: 60000 }
${more}`;
}

export function open(ensemble: TestEnsemble): Promise<ZooKeeperClient> {
  return connect({ connectString: ensemble.connectString, auth: [SUPER], sessionTimeoutMs: 20_000 });
}

/** Versions, ACLs, counters and ephemerals that are not the first ones; containers and TTL znodes where the servers have them. */
export async function plant(client: ZooKeeperClient, extended: boolean): Promise<void> {
  for (const path of ["/shop", "/shop/queue", "/shop/many", "/shop/private", "/shop/private/key", "/orders"])
    await client.create(path, Buffer.from(path));
  const numbered = { mode: "persistent-sequential" } as const;
  const many = Array.from({ length: 400 }, (_, at) =>
    client.create(`/shop/many/n${at}`, randomBytes(at % 300)),
  );
  await Promise.all(many);
  for (let at = 0; at < 7; at++) await client.create("/shop/queue/item-", null, numbered);
  for (const at of [2, 6]) await client.delete(`/shop/queue/item-000000000${at}`);
  await client.create("/shop/owned", Buffer.from("hidden"), { acl: OWNED });
  await client.create("/shop/owned/empty", Buffer.alloc(0), { acl: OWNED });
  for (let at = 0; at < 5; at++) await client.setData("/shop/owned", Buffer.from(`${at}`));
  await client.setAcl("/shop/queue", [{ perms: 31, scheme: "world", id: "anyone" }, ...OWNED]);
  for (const at of [1, 2]) await client.create(`/orders/o${at}`, Buffer.from(`${at}`));
  await client.create("/shop/member", Buffer.from("here"), { mode: "ephemeral" });
  await client.create("/orders/member-", null, { mode: "ephemeral-sequential" });
  if (!extended) return;
  await client.create("/shop/container", null, { mode: "container" });
  await client.create("/shop/container/child", null);
  await client.create("/shop/ttl", null, { mode: "persistent-ttl", ttlMs: 3_600_000 });
}

/** Path of the target for one of the source; null: it takes no part. */
export function mapped(path: string): string | null {
  if (path.startsWith("/shop/private")) return null;
  if (path === "/shop" || path.startsWith("/shop/")) return path;
  return path === "/orders" || path.startsWith("/orders/") ? `/eu/deep${path}` : null;
}

/** Whole trees by the independent reader, by path; empty where the root is not there. */
export async function treeOf(
  ensemble: TestEnsemble,
  roots: readonly string[],
): Promise<Map<string, IndependentNode>> {
  const reader = await independentReader(ensemble.connectString, `super:${PASSWORD}`);
  const found = new Map<string, IndependentNode>();
  const visit = async (path: string): Promise<void> => {
    const node = await reader.read(path);
    if (node === null) return;
    found.set(path, node);
    await Promise.all(node.children.map((name) => visit(`${path}/${name}`)));
  };
  try {
    for (const root of roots) await visit(root);
    return found;
  } finally {
    reader.close();
  }
}
