/** The files `ferry init` writes: a small platform that works as it is, on this machine, with the words to change. Computes only. */

export interface StartingFile {
  readonly path: string;
  readonly content: string;
}

/** `name`: of the project, any text; made into a valid name. */
export function startingProject(name: string): StartingFile[] {
  return [
    { path: "ferry.yaml", content: projectFile(projectName(name)) },
    { path: "hosts.yaml", content: HOSTS },
    { path: "zookeeper.yaml", content: ZOOKEEPER },
    { path: ".gitignore", content: GITIGNORE },
  ];
}

/** Lower case letters, digits and dashes, as names of resources are. */
export function projectName(text: string): string {
  const name = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+|-+$/g, "");
  return name === "" ? "platform" : name.slice(0, 60);
}

function projectFile(name: string): string {
  return `# The project file: where state is kept, and the variables that the other files use.
apiVersion: ferry/v1
kind: Project
metadata:
  name: ${name}
spec:
  # State is kept in .ferry/ next to this file. For a team, keep it in ZooKeeper instead:
  # state:
  #   backend:
  #     zookeeper: { connectString: "zk1:2181,zk2:2181,zk3:2181", path: /ferry/${name} }
  variables:
    heap:
      type: string
      default: 128m
      description: Memory of each ZooKeeper server
`;
}

const HOSTS = `# Where servers run. This one runs them as local Java processes below .ferry/hosts/local; with
# \`docker: { endpoint: "unix:///var/run/docker.sock" }\` they would be containers.
apiVersion: ferry/v1
kind: Host
metadata:
  name: local
spec:
  address: 127.0.0.1
  runtime:
    process:
      workDir: .ferry/hosts/local
`;

const ZOOKEEPER = `# Three servers, so that one may fail. On three machines each would name its own host and use the same ports.
apiVersion: ferry/v1
kind: ZooKeeperEnsemble
metadata:
  name: main
spec:
  servers:
    - { id: 1, host: Host/local, clientPort: 2181, quorumPort: 2281, electionPort: 2381 }
    - { id: 2, host: Host/local, clientPort: 2182, quorumPort: 2282, electionPort: 2382 }
    - { id: 3, host: Host/local, clientPort: 2183, quorumPort: 2283, electionPort: 2383 }
  jvm:
    heap: \${var.heap}
---
# What applications expect to find in it.
apiVersion: ferry/v1
kind: ZNode
metadata:
  name: config
spec:
  ensemble: ZooKeeperEnsemble/main
  path: /config
  data: "hello"
`;

const GITIGNORE = `# ferry's state, locks and local servers
.ferry/
`;
