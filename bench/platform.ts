/**
 * A synthetic platform of any size as YAML files: hosts, ensembles of three servers on them, and znodes that refer to
 * their ensemble. The same size gives the same bytes. Only text: nothing is started.
 */

export interface PlatformFile {
  /** Relative to the project. */
  readonly path: string;
  readonly text: string;
}

/** Of a hundred resources three are hosts, one is an ensemble on them, the rest are znodes. */
const PER_GROUP = 100;
const HOSTS = 3;

/**
 * Files with `resources` documents altogether. `generation` 1 differs from 0 in every twentieth znode's data, every
 * tenth ensemble's settings and every fiftieth znode, which is another one.
 */
export function platformFiles(resources: number, generation: 0 | 1): PlatformFile[] {
  const files: PlatformFile[] = [{ path: "ferry.yaml", text: PROJECT }];
  for (let first = 0; first < resources; first += PER_GROUP) {
    const group = first / PER_GROUP;
    const count = Math.min(PER_GROUP, resources - first);
    const documents = Array.from({ length: count }, (_, at) => documentOf(group, at, generation));
    files.push({ path: `group-${String(group).padStart(4, "0")}.yaml`, text: documents.join("---\n") });
  }
  return files;
}

const PROJECT = "apiVersion: ferry/v1\nkind: Project\nmetadata: {name: bench}\nspec: {}\n";

function documentOf(group: number, at: number, generation: 0 | 1): string {
  if (at < HOSTS) return host(group, at);
  if (at === HOSTS) return ensemble(group, generation === 1 && group % 10 === 0 ? 3000 : 2000);
  // One in fifty goes and a new one comes.
  const name = `${generation === 1 && at % 50 === 49 ? "m" : "n"}-${group}-${at}`;
  return znode(group, name, generation === 1 && at % 20 === 0);
}

function host(group: number, at: number): string {
  return `apiVersion: ferry/v1
kind: Host
metadata: {name: h-${group}-${at}, labels: {group: "${group}"}}
spec:
  address: 10.${(group >> 8) & 255}.${group & 255}.${at + 1}
  runtime:
    process: {workDir: .ferry/hosts/h-${group}-${at}}
`;
}

function ensemble(group: number, tickTime: number): string {
  const servers = [1, 2, 3].map((id) => `    - {id: ${id}, host: Host/h-${group}-${id - 1}}\n`).join("");
  return `apiVersion: ferry/v1
kind: ZooKeeperEnsemble
metadata: {name: zk-${group}}
spec:
  servers:
${servers}  settings: {tickTime: ${tickTime}, initLimit: 10, syncLimit: 5, extra: {"snapshot.trust.empty": "true"}}
  jvm: {heap: 256m, options: ["-XX:+UseG1GC"]}
`;
}

function znode(group: number, name: string, changed: boolean): string {
  return `apiVersion: ferry/v1
kind: ZNode
metadata: {name: ${name}}
spec:
  ensemble: ZooKeeperEnsemble/zk-${group}
  path: /config/${name}
  data: |
    # settings of ${name}
    zookeeper = \${ZooKeeperEnsemble/zk-${group}.connectString}
    pool = ${changed ? 20 : 10}
    timeout = 30s
  children:
    enabled: {data: "true"}
`;
}
