/** Stamps and checkouts of real repositories, made by isomorphic-git in a temporary folder. */
import fs, {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import git from "isomorphic-git";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Diagnostic, DiagnosticError } from "../../src/diagnostics/diagnostic.js";
import { materialise } from "../../src/git/checkout.js";
import { nearestNames } from "../../src/git/nearest.js";
import { gitStamp } from "../../src/git/stamp.js";

const repository = suite("git");
const author = { name: "Test", email: "test@example.invalid", timestamp: 1_700_000_000, timezoneOffset: 0 };
const folders: string[] = [];
repository.after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "ferry-git-"));
  folders.push(folder);
  return folder;
}

function put(dir: string, path: string, content: string): void {
  mkdirSync(dirname(join(dir, path)), { recursive: true });
  writeFileSync(join(dir, path), content);
}

async function commit(dir: string, files: Record<string, string>, message = "change"): Promise<string> {
  for (const [path, content] of Object.entries(files)) {
    put(dir, path, content);
    await git.add({ fs, dir, filepath: path });
  }
  return git.commit({ fs, dir, message, author });
}

/** A repository with the project in `shop/` and something else beside it. */
async function sample(): Promise<{ dir: string; first: string; second: string }> {
  const dir = emptyFolder();
  await git.init({ fs, dir, defaultBranch: "main" });
  const first = await commit(dir, {
    "shop/zk.yaml": "a: 1\n",
    "shop/sub/x.txt": "x\n",
    "other/y.yaml": "y: 1\n",
  });
  await git.tag({ fs, dir, ref: "v1.0" });
  const second = await commit(dir, { "shop/zk.yaml": "a: 2\n", ".gitignore": "ignored/\n" });
  return { dir, first, second };
}

async function failureOf(work: Promise<unknown>): Promise<Diagnostic> {
  try {
    await work;
  } catch (error) {
    if (error instanceof DiagnosticError && error.diagnostics[0] !== undefined) return error.diagnostics[0];
    throw error;
  }
  throw new Error("it was not refused");
}

repository("no repository, no stamp", async () => {
  assert.is(await gitStamp(emptyFolder()), null);
});

repository("a repository without a commit has a branch only", async () => {
  const dir = emptyFolder();
  await git.init({ fs, dir, defaultBranch: "main" });
  assert.equal(await gitStamp(dir), { commit: null, branch: "main", dirty: false });
  put(dir, "a.yaml", "a: 1\n");
  assert.equal(await gitStamp(dir), { commit: null, branch: "main", dirty: true });
});

repository("the stamp of a clean project, also when its files were touched", async () => {
  const { dir, second } = await sample();
  const clean = { commit: second, branch: "main", dirty: false };
  assert.equal(await gitStamp(join(dir, "shop")), clean);
  put(dir, "shop/zk.yaml", "a: 2\n");
  const index = readFileSync(join(dir, ".git/index"));
  assert.equal(await gitStamp(join(dir, "shop")), clean);
  assert.equal(readFileSync(join(dir, ".git/index")), index, "the index is not written");
  await git.checkout({ fs, dir, ref: "v1.0" });
  assert.is((await gitStamp(dir))?.branch, null);
});

repository("a linked working tree has its own branch and index", async () => {
  const { dir, second } = await sample();
  const linked = emptyFolder();
  const own = join(dir, ".git/worktrees/linked");
  put(dir, ".git/worktrees/linked/HEAD", "ref: refs/heads/side\n");
  put(dir, ".git/worktrees/linked/commondir", "../..\n");
  put(dir, ".git/worktrees/linked/gitdir", `${linked}/.git\n`);
  writeFileSync(join(own, "index"), readFileSync(join(dir, ".git/index")));
  put(linked, ".git", `gitdir: ${own}\n`);
  put(dir, ".git/refs/heads/side", `${second}\n`);
  for (const path of ["shop/zk.yaml", "shop/sub/x.txt", "other/y.yaml", ".gitignore"]) {
    put(linked, path, readFileSync(join(dir, path), "utf8"));
  }
  assert.equal(await gitStamp(join(linked, "shop")), { commit: second, branch: "side", dirty: false });
  put(linked, "shop/zk.yaml", "a: 7\n");
  assert.is((await gitStamp(join(linked, "shop")))?.dirty, true);
  assert.is((await gitStamp(join(dir, "shop")))?.dirty, false);
  const into = emptyFolder();
  await materialise(join(linked, "shop"), "v1.0", into);
  assert.is(readFileSync(join(into, "zk.yaml"), "utf8"), "a: 1\n");
});

repository("line ends that git converted are no difference", async () => {
  const { dir } = await sample();
  put(dir, "shop/zk.yaml", "a: 2\r\n");
  assert.is((await gitStamp(dir))?.dirty, false);
});

const differences: Record<string, (dir: string) => Promise<void> | void> = {
  "a changed file": (dir) => put(dir, "shop/zk.yaml", "a: 3\n"),
  "a changed file of the same size": (dir) => put(dir, "shop/sub/x.txt", "z\n"),
  "a deleted file": (dir) => rmSync(join(dir, "shop/sub/x.txt")),
  "a new configuration file": (dir) => put(dir, "shop/new/b.yml", "b: 1\n"),
  "a staged file": async (dir) => {
    put(dir, "shop/notes.txt", "n\n");
    await git.add({ fs, dir, filepath: "shop/notes.txt" });
  },
  "a staged change": async (dir) => {
    put(dir, "shop/zk.yaml", "a: 9\n");
    await git.add({ fs, dir, filepath: "shop/zk.yaml" });
  },
  "a file taken out of the index": async (dir) => {
    await git.remove({ fs, dir, filepath: "shop/sub/x.txt" });
  },
  "a folder in the place of a file": (dir) => {
    rmSync(join(dir, "shop/zk.yaml"));
    put(dir, "shop/zk.yaml/inner.txt", "");
  },
};

for (const [words, change] of Object.entries(differences)) {
  repository(`dirty: ${words}`, async () => {
    const { dir } = await sample();
    await change(dir);
    assert.is((await gitStamp(join(dir, "shop")))?.dirty, true);
  });
}

const harmless: Record<string, string> = {
  "a change beside the project": "other/y.yaml",
  "a new file that is no configuration": "shop/readme.txt",
  "an ignored configuration file": "shop/ignored/c.yaml",
  "state and work files": "shop/.ferry/hosts/h1/zoo.yaml",
  "node modules": "shop/node_modules/m/m.yaml",
};

for (const [words, path] of Object.entries(harmless)) {
  repository(`not dirty: ${words}`, async () => {
    const { dir } = await sample();
    put(dir, path, "new\n");
    assert.is((await gitStamp(join(dir, "shop")))?.dirty, false);
  });
}

repository("a project is written as it was at a branch, a tag, a commit or so many before", async () => {
  const { dir, first, second } = await sample();
  const wanted = { main: "a: 2\n", HEAD: "a: 2\n", "v1.0": "a: 1\n", "HEAD~1": "a: 1\n", "main^": "a: 1\n" };
  for (const [ref, content] of Object.entries({
    ...wanted,
    [first]: "a: 1\n",
    [second.slice(0, 10)]: "a: 2\n",
  })) {
    const into = join(emptyFolder(), "project");
    const made = await materialise(join(dir, "shop"), ref, into);
    assert.is(readFileSync(join(into, "zk.yaml"), "utf8"), content, ref);
    assert.is(readFileSync(join(into, "sub/x.txt"), "utf8"), "x\n");
    assert.is(made.files, 2);
    assert.is(made.commit, content === "a: 1\n" ? first : second);
  }
});

repository("the checkout keeps executables and inner links, and nothing that leads out", async () => {
  const { dir } = await sample();
  writeFileSync(join(dir, "shop/run.sh"), "#!/bin/sh\n", { mode: 0o755 });
  symlinkSync("zk.yaml", join(dir, "shop/inner.yaml"));
  symlinkSync("/etc/hostname", join(dir, "shop/absolute.yaml"));
  symlinkSync("../../outside.yaml", join(dir, "shop/above.yaml"));
  for (const name of ["run.sh", "inner.yaml", "absolute.yaml", "above.yaml"]) {
    await git.add({ fs, dir, filepath: `shop/${name}` });
  }
  await git.commit({ fs, dir, message: "links", author });
  const into = emptyFolder();
  await materialise(join(dir, "shop"), "HEAD", into);
  assert.is(statSync(join(into, "run.sh")).mode & 0o111, 0o111);
  assert.is(readFileSync(join(into, "inner.yaml"), "utf8"), "a: 2\n");
  assert.throws(() => fs.lstatSync(join(into, "absolute.yaml")), /ENOENT/);
  assert.throws(() => fs.lstatSync(join(into, "above.yaml")), /ENOENT/);
});

repository("an unknown reference is refused with what may have been meant", async () => {
  const { dir } = await sample();
  await git.branch({ fs, dir, ref: "feature/tls" });
  const into = emptyFolder();
  const cases = { mian: /main/, "v1.1": /v1\.0/, tls: /feature\/tls/ };
  for (const [ref, expected] of Object.entries(cases)) {
    const refusal = await failureOf(materialise(dir, ref, into));
    assert.is(refusal.code, "git-unknown-reference");
    assert.match(refusal.detail ?? "", expected);
  }
  assert.is((await failureOf(materialise(dir, "HEAD~9", into))).code, "git-unknown-reference");
  assert.is((await failureOf(materialise(dir, "", into))).code, "git-unknown-reference");
  assert.is((await failureOf(materialise(emptyFolder(), "main", into))).code, "git-no-repository");
  mkdirSync(join(dir, "later"));
  assert.is((await failureOf(materialise(join(dir, "later"), "v1.0", into))).code, "git-empty");
});

repository("near names come first, far ones not at all", () => {
  assert.equal(nearestNames("mian", ["main", "master", "develop"]), ["main"]);
  assert.equal(nearestNames("zzzz", ["main", "develop"]), []);
});

repository.run();
