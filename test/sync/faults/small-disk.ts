/**
 * A small file system in memory that can be filled up, mounted where only its holder sees it: a process with mounts of its
 * own. It goes when that process ends. Needs root.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const CHUNK = Buffer.alloc(64 * 1024, 1);

const holders = new Set<ChildProcess>();

/** They end with the test, whatever happens to it. */
function guard(holder: ChildProcess): void {
  if (!process.listeners("exit").includes(endAll)) process.on("exit", endAll);
  holders.add(holder);
  holder.once("exit", () => holders.delete(holder));
}

function endAll(): void {
  for (const holder of holders) holder.kill("SIGKILL");
}

export class SmallDisk {
  private constructor(
    private readonly holder: ChildProcess,
    private readonly mountPoint: string,
    /** As every process of the same user sees it. */
    readonly folder: string,
  ) {}

  /** A text says why there can be none here. */
  static open(megabytes: number): Promise<SmallDisk | string> {
    const mountPoint = mkdtempSync(join(tmpdir(), "ferry-disk-"));
    const script = 'mount -t tmpfs -o "size=$1m" none "$2" && echo mounted && exec sleep 1000000';
    const words = [
      "--mount",
      "--propagation",
      "private",
      "sh",
      "-c",
      script,
      "sh",
      `${megabytes}`,
      mountPoint,
    ];
    const holder = spawn("unshare", words, { stdio: ["ignore", "pipe", "pipe"] });
    guard(holder);
    return new Promise((resolve) => {
      let said = "";
      const failed = (reason: string) => {
        rmdirSync(mountPoint);
        resolve(`no file system can be mounted here: ${reason.trim()}`);
      };
      holder.once("error", (error) => failed(error.message));
      holder.stderr.on("data", (text: Buffer) => {
        said += text.toString();
      });
      const refused = () => failed(said);
      holder.once("exit", refused);
      holder.stdout.once("data", () => {
        holder.off("exit", refused);
        resolve(new SmallDisk(holder, mountPoint, `/proc/${holder.pid}/root${mountPoint}`));
      });
    });
  }

  private get filler(): string {
    return join(this.folder, "filler");
  }

  /** Until not one byte more can be written. */
  fill(): void {
    const file = openSync(this.filler, "w");
    try {
      for (let size = CHUNK.length; size >= 1; ) {
        try {
          writeSync(file, CHUNK, 0, size);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
          size = Math.floor(size / 2);
        }
      }
    } finally {
      closeSync(file);
    }
  }

  free(): void {
    rmSync(this.filler, { force: true });
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.holder.once("exit", resolve));
    this.holder.kill("SIGKILL");
    await ended;
    rmdirSync(this.mountPoint);
  }
}
