/**
 * Whose a container is, by its labels. Pure but for the mark that an import leaves. Never takes what another state has
 * made for ours.
 */
import type { Container, ContainerInspectInfo } from "dockerode";
import { CONFIG_VOLUME, HOST_LABEL, LINEAGE_LABEL, UNIT_LABEL, type UnitOwner } from "./container.js";
import { fetchArchive } from "./files.js";
import { packTar } from "./tar.js";

type Labels = Readonly<Record<string, string>>;

/** Lineage of the state that imported the unit, as text; labels cannot be changed without making a container anew. */
const OWNER_FILE = "owner";

/**
 * `own`: made by this state, or under this host's name by one that said no lineage. `importable`: another state's, under
 * this host's name. `foreign`: everything else.
 */
export type Relation = "own" | "importable" | "foreign";

export function relation(labels: Labels, unit: string, owner: UnitOwner): Relation {
  if (labels[UNIT_LABEL] !== unit) return "foreign";
  const lineage = labels[LINEAGE_LABEL];
  const sameHost = labels[HOST_LABEL] === owner.host;
  if (lineage === undefined || owner.lineage === null) return sameHost ? "own" : "foreign";
  // A host that was renamed finds what it made under its former name.
  if (lineage === owner.lineage) return "own";
  return sameHost ? "importable" : "foreign";
}

/** Whether the state `owner` may change or remove that container: it made it or has imported it. */
export async function mayChange(
  container: Container,
  info: ContainerInspectInfo,
  unit: string,
  owner: UnitOwner,
  signal: AbortSignal,
): Promise<boolean> {
  const found = relation(info.Config.Labels, unit, owner);
  if (found !== "importable") return found === "own";
  const mark = await fetchArchive(container, `${CONFIG_VOLUME}/${OWNER_FILE}`, signal);
  return mark?.[0]?.content.toString("utf8") === owner.lineage;
}

/** Leaves the mark of an import where the labels name another state; nothing to do otherwise. */
export async function markImport(
  container: Container,
  info: ContainerInspectInfo,
  unit: string,
  owner: UnitOwner,
  signal: AbortSignal,
): Promise<void> {
  if (owner.lineage === null || relation(info.Config.Labels, unit, owner) !== "importable") return;
  const content = Buffer.from(owner.lineage);
  const mark = { path: OWNER_FILE, kind: "file", mode: 0o600, uid: 0, gid: 0, content } as const;
  await container.putArchive(packTar([mark]), { path: CONFIG_VOLUME, abortSignal: signal });
}
