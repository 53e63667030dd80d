/**
 * Files in a unit's volumes, moved as archives, so that it is the same for an engine next door and on another machine.
 * Works on stopped containers too, and needs no program in the image.
 */
import { posix } from "node:path";
import type { Container, ContainerInspectInfo } from "dockerode";
import type { UnitFile } from "../runtime.js";
import { DIRECTORIES, DIRECTORY_NAMES } from "./container.js";
import { statusOf } from "./mistakes.js";
import { packTar, type TarEntry, unpackTar } from "./tar.js";

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** What is at `path` in the container: the thing itself first, then what is in it; null when there is nothing. */
export async function fetchArchive(
  container: Container,
  path: string,
  signal: AbortSignal,
): Promise<TarEntry[] | null> {
  try {
    const stream = await container.getArchive({ path, abortSignal: signal });
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(Buffer.from(chunk));
    return unpackTar(Buffer.concat(chunks));
  } catch (error) {
    if (statusOf(error) === 404) return null;
    throw error;
  }
}

/** The directories of the unit for that owner alone. */
export async function claimDirectories(
  container: Container,
  owner: Owner,
  signal: AbortSignal,
): Promise<void> {
  for (const name of DIRECTORY_NAMES) {
    const { dir, base } = posix.parse(DIRECTORIES[name]);
    await put(container, dir, [directory(base, owner)], signal);
  }
}

export async function putFiles(
  container: Container,
  files: readonly UnitFile[],
  owner: Owner,
  signal: AbortSignal,
): Promise<void> {
  const folders = new Set(files.flatMap((file) => foldersOf(file.path)));
  const entries: TarEntry[] = [...folders].map((path) => directory(path, owner));
  for (const { path, content, mode } of files) entries.push({ path, content, mode, kind: "file", ...owner });
  if (entries.length > 0) await put(container, DIRECTORIES.config, entries, signal);
}

/** The folders on the way to a relative path, outermost first. */
export function foldersOf(path: string): string[] {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_, at) => parts.slice(0, at + 1).join("/"));
}

function directory(path: string, owner: Owner): TarEntry {
  return { path, kind: "directory", mode: 0o700, content: Buffer.alloc(0), ...owner };
}

async function put(
  container: Container,
  path: string,
  entries: readonly TarEntry[],
  signal: AbortSignal,
): Promise<void> {
  await container.putArchive(packTar(entries), { path, abortSignal: signal });
}

/** How the configuration volume differs from `files`. `surplus`: it has others too, which an archive cannot take away. */
export async function compareFiles(
  container: Container,
  files: readonly UnitFile[],
  owner: Owner,
  signal: AbortSignal,
): Promise<{ readonly different: readonly UnitFile[]; readonly surplus: boolean }> {
  const found = (await fetchArchive(container, DIRECTORIES.config, signal)) ?? [];
  const there = new Map(
    found
      .filter((entry) => entry.kind !== "directory")
      .map((entry) => [entry.path.split("/").slice(1).join("/"), entry]),
  );
  const wanted = new Set(files.map((file) => file.path));
  const different = files.filter((file) => {
    const entry = there.get(file.path);
    if (entry?.kind !== "file" || entry.mode !== file.mode || entry.uid !== owner.uid) return true;
    return !entry.content.equals(file.content);
  });
  return { different, surplus: [...there.keys()].some((path) => !wanted.has(path)) };
}

/** The user the server runs as, by number: names are looked up in the image. */
export async function ownerOf(
  container: Container,
  info: ContainerInspectInfo,
  signal: AbortSignal,
): Promise<Owner> {
  const [user = "", group = ""] = info.Config.User.split(":");
  if (user === "") return { uid: 0, gid: 0 };
  const known = /^\d+$/.test(user) && /^\d+$/.test(group);
  const passwd = known ? [] : await table(container, "/etc/passwd", signal);
  const line = passwd.find((fields) => fields[0] === user || fields[2] === user);
  const groups = group === "" || /^\d+$/.test(group) ? [] : await table(container, "/etc/group", signal);
  const gid = group === "" ? line?.[3] : (groups.find((fields) => fields[0] === group)?.[2] ?? group);
  return { uid: number(/^\d+$/.test(user) ? user : line?.[2]), gid: number(gid) };
}

async function table(container: Container, path: string, signal: AbortSignal): Promise<string[][]> {
  const found = await fetchArchive(container, path, signal);
  const text = found?.[0]?.kind === "file" ? found[0].content.toString("utf8") : "";
  return text.split("\n").map((line) => line.split(":"));
}

/** Unknown names stay with root: the engine itself refuses to start such a container and says why. */
function number(text: string | undefined): number {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : 0;
}
